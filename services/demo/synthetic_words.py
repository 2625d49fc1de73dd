# ruff: noqa: RUF001  # names in Greek, Cyrillic, Hebrew and Arabic letters are the point of this file
"""Vocabularies of the synthetic people: data only, read by services.demo.synthetic_people.

Words are parted by " | ", or by spaces where no entry has a space. People are random pairs of
common given names and surnames, companies are invented, places are real.
Order matters: the first entries of a list are drawn far more often than the last.
"""

from __future__ import annotations

# culture: (share in 1/1000, given names, surnames, beginnings and endings of more surnames)
NAMES: dict[str, tuple[int, str, str, str, str]] = {
    "english": (
        184,
        "James Mary John Emma Olivia William Amelia Jack Grace Thomas Sophie Daniel Hannah George Lucy Oliver Chloe"
        " Henry Ella Samuel Ruby Ethan Megan Liam Alice Ryan Zoë Adam Freya Luke Imogen Nathan Poppy Owen Beatrice"
        " Kieran Chloë Callum Harriet Renée Declan Saoirse Siân Niamh Rhys Cerys Alistair Isla Fiona Ewan Björk"
        " Desmond Marcia Tyrone Shanice Darius Aaliyah Xavier Imani Malik Brandon Kayla Logan Brooklyn Wyatt Savannah"
        " Austin Piper",
        "Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Roberts Johnson Lewis Walker Robinson Wood"
        " Thompson White Watson Jackson Wright Green Harris Cooper King Lee Martin Clarke James Morgan Hughes Edwards"
        " Hill Moore Clark Harrison Scott Young Morris Hall Ward Turner Carter Phillips Mitchell Patel Adams Campbell"
        " Anderson Allen Cook Bailey Parker Miller Davis Murphy Price Bell Baker Griffiths Kelly Simpson Marshall"
        " Collins Bennett Cox O'Brien O'Connor O'Sullivan McCarthy McDonald MacLeod Fitzgerald St.John Ng-Smith",
        "Ash Birch Brad Bright Burn Chat Clay Crow Dal East Elm Fair Fen Glen Hart Haw Hazel Hol Ket Lang Lin Mar Mel"
        " Nor Oak Pem Quar Rad Raven Red Row Sel Shel Stan Sut Thorn Wake Wal Wes Whit Win Wool Yar",
        "ford wood ley ton ham worth field bourne bridge well combe stead by thorpe shaw hurst more dale cott croft"
        " gate",
    ),
    "spanish": (
        105,
        "José María Antonio Carmen Juan Ana Manuel Isabel Francisco Laura Javier Lucía Miguel Ángel Paula Alejandro"
        " Sofía Diego Elena Andrés Marta Iñaki Nuria Óscar Rocío Álvaro Inés Joaquín Begoña Raúl Mónica Hernán Ximena"
        " Facundo Camila Matías Valentina Emilio Guadalupe Nicolás Martín Belén Íñigo Jesús Verónica Agustín Pilar"
        " Tomás Sebastián Daniela Ramón Yolanda Gonzalo Itziar Pablo Noemí Efraín Araceli",
        "García Martínez López Sánchez González Rodríguez Fernández Pérez Gómez Ruiz Hernández Jiménez Díaz Álvarez"
        " Moreno Muñoz Alonso Gutiérrez Romero Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco"
        " Suárez Molina Castro Ortiz Rubio Núñez Medina Cortés Iglesias Garrido Calvo Méndez Guerrero Peña Cruz Flores"
        " Herrera Márquez Ibáñez Ybarra Echeverría Quiñones Zúñiga Acuña Cañizares Avendaño Villaseñor",
        "Alda Ara Bel Berm Cal Cas Cer Egu Fon Gal Iba Lar Lo Mal Mon Nava Olma Pal Que Riva Sal Tor Urru Vill Zama",
        "zábal mendi goitia ero eras edo osa ada inos ares uela illo anco ate ugo enea ido",
    ),
    "indian": (
        120,
        "Aarav Priya Rahul Ananya Vikram Neha Arjun Pooja Rohan Divya Amit Kavya Sanjay Meera Karthik Lakshmi Suresh"
        " Deepa Manish Shreya Aditya Nandini Rajesh Swati Harish Anjali Nikhil Ishita Varun Radhika Siddharth Tanvi"
        " Pranav Sneha Gaurav Aishwarya Vivek Ritu Abhishek Sunita Gurpreet Harpreet Jaswinder Farhan Ayesha Imran"
        " Zainab Tariq Fatima",
        "Sharma Patel Singh Kumar Gupta Reddy Iyer Nair Rao Mehta Joshi Desai Shah Verma Agarwal Chopra Kapoor"
        " Malhotra Banerjee Mukherjee Chatterjee Das Bose Ghosh Menon Pillai Krishnan Subramanian Venkataraman"
        " Raghunathan Kulkarni Deshpande Patil Jadhav Chauhan Yadav Mishra Pandey Tiwari Dubey Bhatt Trivedi Khan"
        " Ahmed Siddiqui Gill Sandhu Dhillon Grewal Fernandes D'Souza Thiruvengadam Balasubramaniam",
        "Ana Bala Chandra Deva Gana Hari Jaya Kala Krishna Loka Maha Nara Padma Raghu Rama Siva Soma Sundara Venkata"
        " Vija",
        "nathan swamy murthy moorthy pathi rajan kumar natham dasan krishnan vardhan mani prasad",
    ),
    "german": (
        90,
        "Anna Lukas Leonie Jonas Lena Felix Marie Maximilian Sophie Paul Laura Tim Katharina Sebastian Jürgen Käthe"
        " Günther Björn Jörg Ursula Matthias Heike Stefan Sabine Andreas Birgit Florian Franziska Tobias Annika Moritz"
        " Greta Emil Frieda Niklas Svenja Till Antje Sören Kerstin Bärbel Götz Anneliese Hans-Peter Karl-Heinz"
        " Anne-Marie Eva-Maria",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein"
        " Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier"
        " Lehmann Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn"
        " Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Böhm Weißenböck"
        " Größwang",
        "Acker Alten Berg Birken Blumen Breiten Brunn Dorn Eichen Felden Frei Grün Hasel Hohen Kirch Königs Lang"
        " Linden Mühl Neu Ober Rosen Schön Sonnen Stein Tannen Unter Wald Weiden Winter",
        "bauer mann hofer berger bach müller meister hausen reiter eder inger städter wieser thal egger leitner",
    ),
    "french": (
        70,
        "Marie Thomas Camille Nicolas Léa Julien Chloé Pierre Élodie Antoine Manon François Aurélie Sébastien Zoé"
        " Mathieu Hélène Rémi Inès Benoît Anaïs Loïc Gaëlle Étienne Noémie Jérôme Maëlle Cédric Amélie Raphaël"
        " Clémence Théo Océane Jean-Baptiste Marie-Claire Jean-Luc Anne-Sophie Bérénice Aïcha Mamadou Fatou Ousmane"
        " Aminata",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia"
        " David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Legrand"
        " Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier"
        " Dumont Fontaine Chevalier Robin Masson Gérard Noël Hébert Boulanger Deschênes Lévesque Côté d'Alembert"
        " L'Hôte Diallo Traoré N'Diaye",
        "Beau Bel Bois Cham Char Clair Cour Dal Du Font Grand Haute La Le Mal Mont Neuf Pont Roche Saint Val Vau Ville",
        "mont fort lieu champ court villiers bois pré roy selin rivière neuve vert blanc pierre ray",
    ),
    "portuguese": (
        50,
        "João Maria Pedro Ana Tiago Beatriz Rui Inês Gonçalo Mariana Luís Catarina Nuno Sofia Antônio Francisca"
        " Vinícius Letícia Thaís Gustavo Conceição Fábio Luíza André Íris Sérgio Débora Júlio Bruna Caetano Cauã Iara"
        " Moacir",
        "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes Lopes"
        " Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira Monteiro"
        " Cardoso Rocha Raposo Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos Fonseca Morais Araújo"
        " Magalhães Guimarães",
        "Al Bar Cas Car Fig Fon Gar Lou Mag Men Mon Nog Oliv Pal Per Quint Ram Sal Ser Tav Val Vas",
        "eira eiro ães ões inho ares ela osa edo ança eda ado anha ilho",
    ),
    "chinese latin": (
        45,
        "Wei Xiu Min Jing Yan Li Na Fang Lei Jun Qiang Jie Tao Ming Chao Hui Ying Hong Xin Yu Mei Ling Bo Hao Zihan"
        " Yuxuan Xiaoming Jiahui Shufen Guoqiang Yifan Zixuan Haoran Ruoxi Mengyao Tianyu",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang"
        " Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lü Ding Ren Lu Yao Shen"
        " Zhong Ouyang",
        "",
        "",
    ),
    "polish": (
        40,
        "Łukasz Anna Piotr Katarzyna Krzysztof Małgorzata Andrzej Agnieszka Tomasz Barbara Paweł Ewa Michał Magdalena"
        " Marcin Zofia Jakub Joanna Stanisław Grażyna Wojciech Aleksandra Świętosław Żaneta Sławomir Bożena Mirosław"
        " Elżbieta",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski"
        " Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Wieczorek"
        " Jabłoński Wróbel Majewski Olszewski Stępień Jaworski Malinowski Adamczyk Górski Pawlak Sikora Rutkowski"
        " Szczepański Brzęczyszczykiewicz",
        "Bar Bog Bor Chmiel Dom Dub Gaj Gór Grab Jasz Kal Klim Kos Lip Mal Mich Olsz Pał Rad Sok Sta Tar Wal Wit Zab"
        " Żar",
        "owski ewski iński czak owicz ewicz czyk ak ecki icki alski",
    ),
    "italian": (
        40,
        "Giulia Marco Francesca Alessandro Chiara Matteo Sara Lorenzo Martina Davide Niccolò Elisa Andrea Valentina"
        " Simone Federica Luca Ilaria Gabriele Noemi Riccardo Beatrice Tommaso Ludovica Ettore Fabrizio Graziella"
        " Nicolò",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa"
        " Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone"
        " Longo Gentile Martinelli Vitale Lombardo Serra Coppola D'Angelo D'Amico De Santis Nardò Cantù",
        "Bar Bel Ber Bon Cam Car Cas Cer Fal Fer Gal Gra Lan Man Mar Mon Pal Pas Pel Ran Sal San Tor Val Ven Zam",
        "etti ini oni ucci aldi ieri ella ardi anti elli otto azzi igno atore ese",
    ),
    "nordic": (
        40,
        "Erik Ingrid Lars Astrid Åsa Björn Søren Mette Øyvind Sigrid Jørgen Åse Mikkel Freja Gunnar Þóra Guðrún"
        " Sigurður Þorsteinn Ásta Hákon Eiríkur Ragnheiður Jóhann Katrín Mäkelä Aino Väinö Päivi Jukka Outi Henrik"
        " Linnéa Gösta Märta Nils Solveig Bjørn Håkon Ylva Torbjørn Maj-Britt Karl-Johan",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Hansen Johansen"
        " Olsen Larsen Jensen Nielsen Pedersen Christensen Rasmussen Sørensen Jørgensen Møller Østergaard Bjørnstad"
        " Ødegård Åkerlund Sjöberg Lindström Bergström Öberg Korhonen Virtanen Mäkinen Nieminen Hämäläinen Lehtonen"
        " Jónsdóttir Guðmundsson Þórsdóttir Sigurðardóttir Ragnarsson Björnsdóttir",
        "Berg Björk Blom Dal Ek Engel Forss Grön Hag Hell Holm Lind Lund Ny Ros Sand Sjö Stål Strand Sund Söder Väster"
        " Öst",
        "gren ström kvist berg qvist man stedt lund holm dahl sson sen strand vik gaard",
    ),
    "arabic latin": (
        35,
        "Mohammed Fatima Ahmed Aisha Omar Layla Ali Mariam Youssef Noor Khalid Zaynab Hassan Salma Ibrahim Huda Karim"
        " Rania Abdulrahman Amina Mustafa Yasmin Tarek Dina Walid Samira Bilal Hanan Faisal Leïla Naïma Abd-el-Kader",
        "Al-Masri El-Sayed Haddad Khoury Mansour Nasser Saleh Hamdan Al-Farsi Al-Hashimi Ben-Youssef Bensalem Benali"
        " Bouazza Cherif Daoud Fakhoury Ghanem Hamid Jaber Kassem Mahfouz Najjar Qasim Rahman Sabbagh Taleb Younis"
        " Zidane Abdelaziz Abdulkarim El-Amrani El-Idrissi Al-Otaibi Al-Qahtani",
        "Al-Am Al-Bar Al-Dar Al-Ham Al-Har Al-Jab Al-Kar Al-Mal Al-Mar Al-Naj Al-Qad Al-Raj Al-Sal Al-Shar Al-Tam"
        " Al-Zah",
        "ari ani awi oudi eer iri ami adi abi alani",
    ),
    "vietnamese": (
        25,
        "Anh Bình Châu Dũng Đức Giang Hà Hải Hạnh Hiếu Hoa Hòa Hùng Hương Khánh Lan Linh Long Mai Minh Nam Nga Ngọc"
        " Nhung Phúc Phương Quân Quỳnh Sơn Tâm Thảo Thịnh Thủy Trang Trung Tuấn Uyên Vân Việt Yến",
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Đoàn Lâm Tạ Quách",
        "",
        "",
    ),
    "west african": (
        30,
        "Chinedu Ngozi Oluwaseun Adaeze Emeka Folake Tunde Chiamaka Babajide Yewande Ifeanyi Amara Kwame Akosua Kofi"
        " Abena Yaw Efua Kwabena Adwoa Oluwatobiloba Temitọpẹ Ọláṣubọ̀mí Adébáyọ̀ Chukwuemeka",
        "Okafor Adeyemi Eze Okonkwo Balogun Nwosu Adebayo Okoro Ibrahim Musa Bello Abubakar Ogunleye Afolabi Chukwu"
        " Obi Mensah Owusu Boateng Asante Osei Appiah Agyeman Amoah Ofori Sarpong Oyelaran-Oyeyinka Nkrumah-Boateng",
        "Ade Ayo Oko Olu Ogun Onye Nwa Chuk Obi Aki Fa Oye Ola Ari Eke Ume",
        "bayo yemi wale kunle sola femi dele nna ma lana gbemi wuike chukwu zie loye",
    ),
    "turkish": (
        20,
        "Mehmet Ayşe Mustafa Fatma Ahmet Zeynep Emre Elif Çağla Oğuz İpek Gökhan Özge Şükrü Büşra Ümit Işıl Tuğba"
        " Kağan",
        "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç"
        " Kurt Özkan Şimşek Polat Güneş Erdoğmuş Işık Türkoğlu Çavuşoğlu",
        "Ak Al Ay Bay Can Çam Dağ Dem Er Gök Gün Kar Kaya Kut Öz Soy Taş Tok Tür Ün Yal Yıl",
        "han demir kaya oğlu taş soy men er çı türk su gül",
    ),
    "dutch": (
        25,
        "Daan Emma Sem Julia Lieke Bram Sanne Thijs Femke Jeroen Anouk Maarten Noortje Ruud Fleur Joost Loes Koen"
        " Mieke Tjeerd",
        "de Jong | Jansen | de Vries | van den Berg | van Dijk | Bakker | Janssen | Visser | Smit | Meijer | de Boer |"
        " Mulder | de Groot | Bos | Vos | Peters | Hendriks | van Leeuwen | Dekker | Brouwer | de Wit | Dijkstra |"
        " Smits | de Graaf | van der Meer | van der Linden | Kok | Jacobs | de Haan | Vermeulen | van den Heuvel | van"
        " 't Hof | IJzerman",
        "van der Hoog | van der Laag | van den Broek | ter Wes | Hof | Velt | Water | Zand | Berg | Dijk | Kerk |"
        " Molen | Oost",
        "huizen man stra horst kamp dam hoven beek veld burg",
    ),
    "slavic south": (
        30,
        "Jiří Tereza Ondřej Kateřina Tomáš Veronika Lukáš Žofie Marek Ľubica Štefan Zuzana Luka Ana Ivan Maja Nikola"
        " Jovana Đorđe Milica Željko Snežana Andrej Špela Matej Neža Ștefan Ioana Răzvan Ilinca Bogdan Țvetana Zoltán"
        " Ágnes Győző",
        "Novák Svoboda Dvořák Černý Procházka Kučera Horák Němec Pokorný Říha Kováč Horváth Tóth Szabó Kovács Nagy"
        " Kiss Petrović Jovanović Nikolić Marković Đorđević Stojanović Horvat Kovačević Babić Marić Jurić Novak Krajnc"
        " Zupančič Popescu Ionescu Popa Stănescu Țurcanu Dumitrescu Kőszegi Őry",
        "Bab Bož Bran Dam Dim Drag Gav Hrv Ili Jan Klin Kos Luk Mil Mat Naz Obr Pav Rad Ran Sav Sto Tad Vas Vuk Zor",
        "ić ović ević ek ák ský ec čič escu eanu ov ár",
    ),
    "greek slavic": (
        25,
        "Αλέξανδρος Ελένη Γιώργος Μαρία Δημήτρης Αικατερίνη Александр Екатерина Дмитрий Анна Сергей Ольга Андрей"
        " Наталья Олександр Оксана Тарас Юлія Георги Ивана",
        "Παπαδόπουλος Γεωργίου Νικολαΐδης Οικονόμου Иванов Смирнов Кузнецов Попов Соколов Лебедев Шевченко Коваленко"
        " Бондаренко Мельник Петров Димитров",
        "Παπα Куз Бон Мель Шев Тка",
        "νικολάου δάκης ченко енко юк ов",
    ),
    "arabic script": (
        9,
        "محمد فاطمة أحمد عائشة علي مريم يوسف نور خالد زينب حسن سلمى إبراهيم هدى كريم رانيا عمر ليلى",
        "المصري السيد حداد الخوري منصور ناصر صالح حمدان الفارسي الهاشمي بن يوسف العتيبي القحطاني النجار الصباغ",
        "",
        "",
    ),
    "hebrew script": (
        6,
        "דוד שרה יוסף רחל משה לאה אברהם מרים יעקב תמר נועה איתן אורי מיכל יונתן שירה גיל עדי",
        "כהן לוי מזרחי פרץ ביטון דהן אברהם פרידמן מלכה אזולאי כץ יוסף חדד עמר גבאי בן-דוד בן-שמעון",
        "",
        "",
    ),
    "chinese": (
        4,
        "伟 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 浩然 子涵 雨萱 欣怡 梓轩 宇航",
        "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 欧阳 司马",
        "",
        "",
    ),
    "japanese": (
        4,
        "翔太 美咲 大輔 陽子 健一 さくら 蓮 葵 悠真 結衣 拓也 直美 誠 恵子 ひなた ゆり",
        "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水",
        "",
        "",
    ),
    "korean": (
        3,
        "민준 서연 지훈 지우 현우 수빈 도윤 하은 준서 예진 성민 은지 태영 유나",
        "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 남궁",
        "",
        "",
    ),
}
# Written family name first, without a space.
FAMILY_FIRST = frozenset({"chinese", "japanese", "korean"})
# Cultures in which two surnames are the rule rather than the exception.
TWO_SURNAMES = frozenset({"spanish", "portuguese"})

SENIORITIES = (
    "Senior | | | | Lead | Junior | Principal | Staff | Associate | Freelance | Expert | Interim | Trainee | Graduate"
    " | Deputy | Regional | Group | Global | Working Student | Assistant | Executive | Distinguished | Part-time |"
    " Visiting"
)

# family: (share in 1/1000, roles, specialisations, industries, skills)
FAMILIES: dict[str, tuple[int, str, str, str, str]] = {
    "software": (
        240,
        "Software Engineer | Backend Developer | Frontend Developer | Full Stack Developer | Software Developer | Java"
        " Developer | Python Developer | .NET Developer | C++ Developer | Mobile Developer | iOS Developer | Android"
        " Developer | Embedded Software Engineer | Engineering Manager | Solution Architect | Game Developer | C#"
        " Developer | QA Engineer | Test Automation Engineer | Node.js Developer | Go Developer | Compiler Engineer |"
        " Firmware Engineer | Tech Lead",
        "Platform | Payments | Infrastructure | Growth | Search | Checkout | Developer Experience | Identity | Mobile"
        " | Web | Internal Tools | Streaming | Billing | Integrations | Accessibility | Performance | Core Services |"
        " Maps | Messaging | Real-time Systems | Distributed Systems | Open Source | Low Latency | Automotive |"
        " Medical Devices",
        "Computer Software | Internet | Information Technology and Services | Financial Services | Computer Games |"
        " Automotive | E-Learning | Telecommunications | Medical Devices | Computer Networking",
        "Python | Java | JavaScript | SQL | TypeScript | React | C++ | C# | Git | Docker | .NET | Node.js | Go | AWS |"
        " PostgreSQL | Kubernetes | REST APIs | HTML | CSS | Angular | Vue.js | Spring Boot | Microservices | Agile |"
        " Scrum | Linux | MySQL | MongoDB | Redis | GraphQL | PHP | Ruby on Rails | Kotlin | Swift | Rust | Scala |"
        " Django | Flask | FastAPI | ASP.NET Core | Next.js | Svelte | Objective-C | Perl | Haskell | Elixir | Erlang"
        " | Clojure | F# | Dart | Flutter | React Native | Unity | Unreal Engine | OpenGL | Qt | gRPC | RabbitMQ |"
        " Apache Kafka | NATS | WebAssembly | WebSockets | OAuth 2.0 | OpenID Connect | JUnit | pytest | Cypress |"
        " Playwright | Selenium | Webpack | Vite | Tailwind CSS | Bootstrap | jQuery | Symfony | Laravel | Hibernate |"
        " Quarkus | Micronaut | Zig | COBOL | Fortran | Assembly | VHDL | Verilog | RTOS | CAN bus | MISRA C | LLVM |"
        " Bazel | CMake | Gradle | Maven | Domain-Driven Design | Test-Driven Development | Event Sourcing | Design"
        " Patterns | Code Review | Pair Programming",
    ),
    "data": (
        110,
        "Data Scientist | Data Engineer | Data Analyst | Machine Learning Engineer | Business Intelligence Analyst |"
        " Analytics Engineer | Research Scientist | Statistician | Data Architect | AI Engineer | Quantitative Analyst"
        " | Computer Vision Engineer | NLP Engineer | Database Administrator | MLOps Engineer | Head of Data",
        "Recommendations | Forecasting | Pricing | Fraud | Marketing | Customer Insights | Supply Chain |"
        " Experimentation | Risk | Genomics | Speech | Geospatial | Data Quality | Data Governance | Self-Service",
        "Information Technology and Services | Financial Services | Retail | Insurance | Biotechnology | Research |"
        " Marketing and Advertising | Logistics and Supply Chain",
        "SQL | Python | R | Machine Learning | Tableau | Power BI | Excel | Statistics | Pandas | NumPy | scikit-learn"
        " | Spark | TensorFlow | PyTorch | Data Visualization | Airflow | dbt | Snowflake | BigQuery | Redshift |"
        " Databricks | Hadoop | Hive | Looker | Deep Learning | Natural Language Processing | Computer Vision | Time"
        " Series | A/B Testing | SAS | SPSS | MATLAB | Julia | Bayesian Statistics | Feature Engineering | XGBoost |"
        " LightGBM | Keras | OpenCV | spaCy | Hugging Face | LangChain | Vector Databases | MLflow | Kubeflow | Great"
        " Expectations | Delta Lake | Apache Flink | Trino | ClickHouse | DuckDB | Data Modeling | Data Warehousing |"
        " ETL | Qlik Sense | Alteryx | KNIME | Causal Inference | Survival Analysis | Operations Research | Gurobi |"
        " Stata | Graph Neural Networks | Reinforcement Learning",
    ),
    "devops": (
        80,
        "DevOps Engineer | Site Reliability Engineer | Cloud Engineer | System Administrator | Platform Engineer |"
        " Network Engineer | Security Engineer | Cloud Architect | Security Analyst | Penetration Tester | IT Support"
        " Specialist | Information Security Officer | Storage Engineer | Incident Manager",
        "Kubernetes | Observability | Network | Identity | Public Cloud | Release | Workplace | Detection | Compliance"
        " | Disaster Recovery | Virtualisation | Edge",
        "Information Technology and Services | Computer and Network Security | Telecommunications | Banking |"
        " Government Administration | Internet",
        "Linux | AWS | Docker | Kubernetes | Terraform | Ansible | Azure | Jenkins | Bash | Python | Git | Prometheus"
        " | Grafana | Google Cloud | Helm | CI/CD | GitLab CI | GitHub Actions | Networking | Nginx | Puppet | Chef |"
        " VMware | Active Directory | PowerShell | ELK Stack | Splunk | Datadog | Argo CD | Istio | Consul | Vault |"
        " HAProxy | BGP | Cisco IOS | Juniper | Firewalls | SIEM | ISO 27001 | NIST | Threat Modeling | Penetration"
        " Testing | Burp Suite | Metasploit | Wireshark | OWASP | Zero Trust | IAM | PKI | OpenShift | Pulumi |"
        " CloudFormation | Packer | Ceph | ZFS | Proxmox | Hyper-V | Citrix | ITIL | ServiceNow | Incident Response |"
        " Chaos Engineering | eBPF | OpenTelemetry | Microsoft 365",
    ),
    "product": (
        75,
        "Product Manager | Product Owner | Project Manager | Business Analyst | Scrum Master | Program Manager | Agile"
        " Coach | Technical Product Manager | Management Consultant | Delivery Manager | Chief of Staff |"
        " Transformation Manager",
        "Payments | Growth | Platform | B2B | Onboarding | Digital | Mobile | Marketplace | ERP | Data | Innovation |"
        " PMO | Change",
        "Management Consulting | Information Technology and Services | Banking | Internet | Telecommunications |"
        " Retail",
        "Product Management | Agile | Scrum | Project Management | Stakeholder Management | Jira | Roadmapping | User"
        " Stories | Business Analysis | Confluence | Kanban | Requirements Engineering | Product Strategy | OKRs |"
        " PRINCE2 | PMP | SAFe | Change Management | Process Improvement | Workshop Facilitation | Go-to-Market | User"
        " Research | Backlog Management | Risk Management | Budgeting | MS Project | BPMN | Visio | Miro | Amplitude |"
        " Mixpanel | Pricing Strategy | Competitive Analysis | Vendor Management | Design Thinking | Lean Startup |"
        " Jobs to Be Done | Customer Journeys",
    ),
    "design": (
        55,
        "UX Designer | Product Designer | Graphic Designer | UI Designer | UX Researcher | Art Director | Motion"
        " Designer | Service Designer | Industrial Designer | Interior Designer | Content Designer | Illustrator",
        "Design Systems | Mobile | Web | Brand | Accessibility | Packaging | Games | Research | Retail | Public"
        " Services",
        "Design | Marketing and Advertising | Internet | Computer Games | Architecture and Planning | Media Production",
        "Figma | User Experience | Adobe Photoshop | Wireframing | Prototyping | Adobe Illustrator | Usability Testing"
        " | Sketch | Adobe InDesign | Typography | Interaction Design | Design Systems | Branding | After Effects |"
        " Premiere Pro | Blender | Cinema 4D | Information Architecture | Accessibility | Illustration | Storyboarding"
        " | Packaging Design | Print Design | Web Design | InVision | Framer | Webflow | Design Research | Card"
        " Sorting | Lettering | Photography | 3D Modeling | Maya | ZBrush | Rhino | SketchUp | Color Theory |"
        " Microcopy | Service Blueprints | Creative Direction",
    ),
    "sales": (
        80,
        "Account Executive | Sales Manager | Key Account Manager | Business Development Manager | Account Manager |"
        " Sales Representative | Customer Success Manager | Sales Engineer | Inside Sales Representative | Partner"
        " Manager | Area Sales Manager | Export Manager | Retail Store Manager | Sales Operations Manager",
        "Enterprise | SMB | DACH | EMEA | Public Sector | Channel | Nordics | Iberia | APAC | Automotive | Healthcare"
        " | Strategic",
        "Computer Software | Retail | Wholesale | Consumer Goods | Machinery | Pharmaceuticals | Telecommunications |"
        " Real Estate",
        "Sales | Account Management | Salesforce | Negotiation | CRM | Business Development | B2B | Cold Calling |"
        " Lead Generation | HubSpot | Sales Management | Customer Service | Presentation Skills | Key Account"
        " Management | Pipeline Management | Forecasting | Solution Selling | Contract Negotiation | Customer Success"
        " | Upselling | Channel Sales | MEDDIC | SPIN Selling | Challenger Sale | Tender Management | Outreach | Gong"
        " | Zendesk | Retail Management | Merchandising | Trade Shows | Territory Management | Renewals | Partner"
        " Enablement | Sales Enablement | Pricing | Social Selling",
    ),
    "marketing": (
        70,
        "Marketing Manager | Content Manager | Digital Marketing Manager | Social Media Manager | Copywriter | SEO"
        " Manager | Brand Manager | Performance Marketing Manager | PR Manager | Communications Manager | CRM Manager"
        " | Event Manager | Journalist | Editor | Growth Manager",
        "Content | B2B | Brand | E-Commerce | Performance | Lifecycle | Corporate | Events | Partnerships | Influencer"
        " | Field",
        "Marketing and Advertising | Media Production | Publishing | Consumer Goods | Retail | Leisure and Travel |"
        " Nonprofit",
        "Marketing | Social Media | SEO | Content Marketing | Google Analytics | Copywriting | Google Ads | Email"
        " Marketing | Marketing Strategy | Public Relations | Event Management | SEM | WordPress | Facebook Ads |"
        " Brand Management | Campaign Management | Market Research | Storytelling | Editing | Marketing Automation |"
        " Marketo | Mailchimp | Hootsuite | Influencer Marketing | Affiliate Marketing | Conversion Optimization |"
        " Press Releases | Media Relations | Proofreading | Translation | Community Management | Video Production |"
        " Podcasting | Shopify | Magento | Semrush | Ahrefs | Account-Based Marketing | Media Planning | Crisis"
        " Communication",
    ),
    "finance": (
        75,
        "Accountant | Financial Analyst | Controller | Finance Manager | Auditor | Tax Consultant | Investment Analyst"
        " | Risk Manager | Payroll Specialist | Treasury Manager | Credit Analyst | Compliance Officer | Actuary |"
        " Fund Accountant | Financial Controller",
        "FP&A | Tax | Treasury | M&A | Internal Audit | Private Equity | Group Reporting | Anti-Money Laundering |"
        " Real Estate",
        "Banking | Financial Services | Accounting | Insurance | Investment Management | Real Estate | Manufacturing",
        "Accounting | Excel | Financial Analysis | IFRS | SAP | Financial Reporting | Budgeting | Forecasting |"
        " Auditing | US GAAP | Taxation | Controlling | Financial Modeling | Valuation | Risk Management | Payroll |"
        " Internal Audit | Corporate Finance | Accounts Payable | Accounts Receivable | Due Diligence | VBA |"
        " Bloomberg Terminal | Treasury | Cash Management | Consolidation | Cost Accounting | DATEV | Xero |"
        " QuickBooks | Anaplan | Hyperion | Basel III | Solvency II | AML | KYC | MiFID II | Derivatives | Fixed"
        " Income | Portfolio Management | Actuarial Science | Transfer Pricing | Sarbanes-Oxley",
    ),
    "people": (
        45,
        "HR Manager | Recruiter | HR Business Partner | Talent Acquisition Manager | People Operations Manager |"
        " Learning and Development Manager | Technical Recruiter | Compensation Specialist | HR Generalist | Teacher |"
        " Trainer | Coach",
        "Tech | Campus | Executive Search | Total Rewards | Diversity | Employer Brand | Early Careers | Leadership",
        "Human Resources | Staffing and Recruiting | Education Management | Higher Education | Professional Training",
        "Recruiting | Human Resources | Talent Acquisition | Onboarding | Employee Relations | Performance Management"
        " | Sourcing | Interviewing | Workday | SuccessFactors | Training | Coaching | Employer Branding | Labor Law |"
        " Compensation | Organizational Development | Succession Planning | HR Analytics | Boolean Search | Applicant"
        " Tracking Systems | Diversity and Inclusion | Conflict Resolution | Mediation | Curriculum Design |"
        " E-Learning | Moodle | Mentoring | Workforce Planning | Job Evaluation | Team Building | Public Speaking |"
        " Career Counseling",
    ),
    "engineering": (
        65,
        "Mechanical Engineer | Electrical Engineer | Project Engineer | Process Engineer | Quality Engineer | Civil"
        " Engineer | Production Manager | Manufacturing Engineer | Automation Engineer | Structural Engineer |"
        " Chemical Engineer | Maintenance Engineer | Hardware Engineer | Aerospace Engineer | PLC Programmer | CNC"
        " Machinist",
        "Powertrain | Battery | Robotics | Wind Energy | Rail | Plant | R&D | Semiconductors | HVAC | Hydraulics |"
        " Safety | Tooling",
        "Automotive | Machinery | Mechanical or Industrial Engineering | Electrical Manufacturing | Renewables |"
        " Construction | Aviation and Aerospace | Semiconductors | Chemicals | Oil and Energy",
        "AutoCAD | SolidWorks | MATLAB | Project Management | Lean Manufacturing | CATIA | Six Sigma | PLC Programming"
        " | Simulink | Finite Element Analysis | ANSYS | Siemens NX | Quality Management | ISO 9001 | Creo | Inventor"
        " | GD&T | FMEA | Siemens TIA Portal | SCADA | LabVIEW | Altium Designer | PCB Design | Robotics | KUKA |"
        " FANUC | CNC | Injection Molding | Welding | HVAC | Revit | BIM | Structural Analysis | STAAD.Pro | Surveying"
        " | Thermodynamics | Fluid Dynamics | Hydraulics | Additive Manufacturing | Kaizen | 5S | APQP | PPAP | Root"
        " Cause Analysis | Process Simulation | Aspen HYSYS | P&ID | Functional Safety | ISO 26262 | Power Electronics"
        " | Battery Systems | EMC | Photovoltaics | COMSOL | SPICE",
    ),
    "health": (
        45,
        "Registered Nurse | Clinical Research Associate | Pharmacist | Physician | Medical Writer | Regulatory Affairs"
        " Manager | Laboratory Technician | Biomedical Engineer | Physiotherapist | Clinical Data Manager | Research"
        " Associate | Psychologist | Medical Science Liaison",
        "Oncology | Cardiology | Paediatrics | Intensive Care | Clinical Trials | Diagnostics | Vaccines | Quality |"
        " Neurology",
        "Hospital and Health Care | Pharmaceuticals | Biotechnology | Medical Devices | Research | Mental Health Care",
        "Patient Care | Clinical Research | GCP | GMP | Pharmacology | Medical Writing | Regulatory Affairs | Clinical"
        " Trials | Molecular Biology | PCR | Cell Culture | ELISA | Flow Cytometry | HPLC | Mass Spectrometry |"
        " Western Blot | Pharmacovigilance | Medical Devices | MDR | ISO 13485 | CAPA | Biostatistics | Bioinformatics"
        " | CRISPR | Next-Generation Sequencing | Epidemiology | Public Health | Nursing | First Aid | Physiotherapy |"
        " Psychotherapy | Electronic Health Records | Radiology | Anaesthesia | Wound Care | Veterinary Medicine |"
        " Histology | Immunology",
    ),
    "operations": (
        60,
        "Operations Manager | Supply Chain Manager | Logistics Manager | Buyer | Office Manager | Procurement Manager"
        " | Executive Assistant | Legal Counsel | Warehouse Manager | Import Export Specialist | Facility Manager |"
        " Paralegal | Customer Support Specialist | Chef | Hotel Manager | Translator",
        "Sourcing | Fulfilment | Transport | Contracts | Data Protection | Employment Law | Aftersales | Hospitality |"
        " Fleet",
        "Logistics and Supply Chain | Law Practice | Hospitality | Food and Beverages | Transportation | Nonprofit |"
        " Facilities Services",
        "Supply Chain Management | Logistics | Procurement | Microsoft Office | Operations Management | Negotiation |"
        " SAP | Purchasing | Inventory Management | Warehouse Management | Customer Service | Team Leadership |"
        " Administration | Contract Law | GDPR | Incoterms | Customs | Demand Planning | SAP MM | SAP WM | Category"
        " Management | Corporate Law | Legal Research | Intellectual Property | Mergers and Acquisitions | Compliance"
        " | Travel Management | Minute Taking | Facility Management | Health and Safety | HACCP | Food Preparation |"
        " Opera PMS | Dispatching | Fleet Management | German | English | French | Spanish | Arabic | Mandarin |"
        " Polish | Dutch | Swedish | Italian | Portuguese | Turkish | Japanese | Ukrainian",
    ),
}

COMPANY_FIRST = (
    "Amber Alder Anchor Arbor Argent Aster Atlas Auburn Beacon Birchwood Bluefin Boreal Brightwater Bramble Bronze"
    " Cascade Cedar Cinder Clearbrook Cobalt Copper Coral Crestline Crimson Cypress Dawnfield Delta Driftwood Eastgate"
    " Ebony Elderberry Ember Everfield Fairhaven Falcon Fernway Firebrook Foxglove Garnet Glacier Goldcrest Granite"
    " Greenlane Harbour Hawthorn Hazel Heron Highmoor Hollow Horizon Indigo Ironwood Ivory Jade Juniper Kestrel"
    " Kingfisher Lakeview Lantern Larch Laurel Lichen Limestone Linden Lumen Magpie Maple Marigold Marlow Meadow"
    " Meridian Midway Mistral Moonstone Moss Mulberry Nimbus Northbank Nova Oakline Obsidian Ochre Onyx Opal Orchard"
    " Osprey Otter Pebble Pinecone Polar Poplar Prism Quarry Quartz Rainford Raven Redstone Ridgeway Riverbend"
    " Rosewood Rowan Russet Saffron Sandpiper Sapphire Silverleaf Skylark Slate Solstice Sparrow Spruce Starling"
    " Stonegate Summit Sunfield Swift Tamarind Thistle Tidal Timber Topaz Tundra Umber Valley Velvet Verdant Vermilion"
    " Violet Walnut Westbrook Whitecliff Wildrose Willow Windmill Wren Yarrow Zephyr Zinnia"
)
COMPANY_SECOND = (
    "Analytics | Systems | Software | Consulting | Technologies | Health | Bank | Logistics | Labs | Media | Energy |"
    " Robotics | Foods | Insurance | Retail | Motors | Pharma | Networks | Studios | Capital | Partners | Digital |"
    " Security | Mobility | Aerospace | Biotech | Freight | Games | Education | Optics | Payments | Travel | Data |"
    " Cloud | Materials | Semiconductors | Telecom | Hotels | Textiles | Shipping | Instruments | Chemicals |"
    " Publishing | Water | Rail | Fashion | Steel | Ventures | Diagnostics | Packaging | Furniture | Interactive |"
    " Engineering | Medical | Sports | Paper | Farms | Brewing | Glass | Property | Airlines | Sciences | Solar | Wind"
    " | Audio | Devices | Tools | Legal | Audit | Staffing | Events | Kitchens"
)
COMPANY_LAST = (
    "| Group | GmbH | Ltd | Inc. | AG | S.A. | B.V. | AB | S.p.A. | Sp. z o.o. | Pvt. Ltd. | Holdings | International "
    "| SE | Oy"
)

# country: region=city,city; …
PLACES: dict[str, str] = {
    "United Kingdom": (
        "England=London,Manchester,Birmingham,Leeds,Bristol,Liverpool,Sheffield,Newcastle upon Tyne,Nottingham,"
        "Cambridge,Oxford,Reading,Brighton,Leicester,Southampton,York;Scotland=Edinburgh,Glasgow,Aberdeen,Dundee;"
        "Wales=Cardiff,Swansea;Northern Ireland=Belfast,Derry"
    ),
    "Germany": (
        "Berlin=Berlin;Bavaria=München,Nürnberg,Augsburg,Würzburg,Regensburg,Ingolstadt;Hamburg=Hamburg;"
        "Hesse=Frankfurt am Main,Darmstadt,Wiesbaden,Kassel;North Rhine-Westphalia=Köln,Düsseldorf,Dortmund,Essen,"
        "Bonn,Münster,Aachen,Bielefeld;Baden-Württemberg=Stuttgart,Karlsruhe,Mannheim,Freiburg im Breisgau,Tübingen,"
        "Heidelberg,Ulm;Saxony=Leipzig,Dresden,Chemnitz;Lower Saxony=Hannover,Braunschweig,Göttingen;Bremen=Bremen;"
        "Schleswig-Holstein=Kiel,Lübeck"
    ),
    "United States": (
        "California=San Francisco,Los Angeles,San Diego,San Jose,Sacramento,Oakland;New York=New York,Buffalo,"
        "Rochester;Texas=Austin,Dallas,Houston,San Antonio;Washington=Seattle,Spokane;Massachusetts=Boston,Cambridge,"
        "Worcester;Illinois=Chicago;Colorado=Denver,Boulder;Georgia=Atlanta;Florida=Miami,Tampa,Orlando;"
        "Oregon=Portland;Utah=Salt Lake City;North Carolina=Charlotte,Raleigh,Durham;Pennsylvania=Philadelphia,"
        "Pittsburgh;Michigan=Detroit,Ann Arbor;Arizona=Phoenix,Tucson;Minnesota=Minneapolis;Ohio=Columbus,Cleveland;"
        "Missouri=St. Louis,Kansas City;Virginia=Richmond;Hawaii=Honolulu"
    ),
    "India": (
        "Karnataka=Bengaluru,Mysuru;Maharashtra=Mumbai,Pune,Nagpur;Telangana=Hyderabad;Tamil Nadu=Chennai,Coimbatore,"
        "Madurai;Delhi=New Delhi;Haryana=Gurugram;Uttar Pradesh=Noida,Lucknow,Kanpur;West Bengal=Kolkata;"
        "Gujarat=Ahmedabad,Surat,Vadodara;Kerala=Kochi,Thiruvananthapuram;Rajasthan=Jaipur;Madhya Pradesh=Indore,"
        "Bhopal;Punjab=Chandigarh,Ludhiana"
    ),
    "France": (
        "Île-de-France=Paris,Versailles,Saint-Denis;Auvergne-Rhône-Alpes=Lyon,Grenoble,Saint-Étienne,Clermont-Ferrand;"
        "Occitanie=Toulouse,Montpellier,Nîmes;Provence-Alpes-Côte d’Azur=Marseille,Nice,Aix-en-Provence;"
        "Nouvelle-Aquitaine=Bordeaux,La Rochelle;Hauts-de-France=Lille,Amiens;Bretagne=Rennes,Brest;Pays de la "
        "Loire=Nantes,Angers;Grand Est=Strasbourg,Reims"
    ),
    "Spain": (
        "Community of Madrid=Madrid,Alcalá de Henares;Catalonia=Barcelona,Girona,Tarragona;Andalusia=Sevilla,Málaga,"
        "Granada,Córdoba;Valencian Community=Valencia,Alicante;Basque Country=Bilbao,Donostia-San Sebastián,"
        "Vitoria-Gasteiz;Galicia=A Coruña,Vigo;Aragon=Zaragoza;Asturias=Oviedo,Gijón;Castile and León=Valladolid,"
        "Salamanca;Balearic Islands=Palma"
    ),
    "Canada": (
        "Ontario=Toronto,Ottawa,Waterloo,Hamilton;Québec=Montréal,Québec City,Trois-Rivières;British "
        "Columbia=Vancouver,Victoria;Alberta=Calgary,Edmonton;Nova Scotia=Halifax;Manitoba=Winnipeg"
    ),
    "Netherlands": (
        "North Holland=Amsterdam,Haarlem;South Holland=Rotterdam,Den Haag,Delft,Leiden;Utrecht=Utrecht;North "
        "Brabant=Eindhoven,’s-Hertogenbosch,Tilburg;Groningen=Groningen;Gelderland=Nijmegen,Arnhem;"
        "Overijssel=Enschede,Zwolle"
    ),
    "Poland": (
        "Masovia=Warszawa;Lesser Poland=Kraków;Lower Silesia=Wrocław;Pomerania=Gdańsk,Gdynia;Greater Poland=Poznań;"
        "Łódź Province=Łódź;Silesia=Katowice,Gliwice;Lublin Province=Lublin;Kuyavia-Pomerania=Toruń,Bydgoszcz;"
        "Podlasie=Białystok"
    ),
    "Brazil": (
        "São Paulo=São Paulo,Campinas,Ribeirão Preto;Rio de Janeiro=Rio de Janeiro,Niterói;Minas Gerais=Belo "
        "Horizonte,Uberlândia;Paraná=Curitiba,Maringá;Rio Grande do Sul=Porto Alegre;Santa Catarina=Florianópolis;"
        "Bahia=Salvador;Ceará=Fortaleza"
    ),
    "Italy": (
        "Lombardy=Milano,Bergamo,Brescia;Lazio=Roma;Piedmont=Torino;Emilia-Romagna=Bologna,Parma,Modena;Veneto=Padova,"
        "Verona,Venezia;Tuscany=Firenze,Pisa;Campania=Napoli,Salerno;Sicily=Palermo,Catania;Liguria=Genova;"
        "Apulia=Bari,Lecce"
    ),
    "Sweden": (
        "Stockholm County=Stockholm;Västra Götaland=Göteborg,Borås;Skåne=Malmö,Lund,Helsingborg;Uppsala "
        "County=Uppsala;Östergötland=Linköping,Norrköping;Västerbotten=Umeå;Örebro County=Örebro"
    ),
    "Switzerland": (
        "Zürich=Zürich,Winterthur;Geneva=Genève;Basel-City=Basel;Vaud=Lausanne,Montreux;Bern=Bern;Ticino=Lugano;"
        "Lucerne=Luzern;St. Gallen=St. Gallen"
    ),
    "Austria": (
        "Vienna=Wien;Styria=Graz;Upper Austria=Linz,Wels;Tyrol=Innsbruck;Salzburg=Salzburg;Carinthia=Klagenfurt am "
        "Wörthersee"
    ),
    "Ireland": "Leinster=Dublin,Kilkenny;Munster=Cork,Limerick;Connacht=Galway",
    "Portugal": (
        "Lisbon District=Lisboa,Sintra;Porto District=Porto,Vila Nova de Gaia;Braga District=Braga,Guimarães;Coimbra "
        "District=Coimbra;Aveiro District=Aveiro;Faro District=Faro"
    ),
    "Australia": (
        "New South Wales=Sydney,Newcastle,Wollongong;Victoria=Melbourne,Geelong;Queensland=Brisbane,Gold Coast;"
        "Western Australia=Perth;South Australia=Adelaide;Tasmania=Hobart"
    ),
    "Denmark": "Capital Region=København;Central Denmark=Aarhus;Southern Denmark=Odense,Kolding;North Denmark=Aalborg",
    "Norway": "Oslo=Oslo;Vestland=Bergen;Trøndelag=Trondheim;Rogaland=Stavanger;Troms=Tromsø;Møre og Romsdal=Ålesund",
    "Finland": (
        "Uusimaa=Helsinki,Espoo;Pirkanmaa=Tampere;North Ostrobothnia=Oulu;Southwest Finland=Turku;Central "
        "Finland=Jyväskylä"
    ),
    "Iceland": "Capital Region=Reykjavík,Kópavogur,Hafnarfjörður;Northeast Iceland=Akureyri",
    "Czechia": (
        "Prague=Praha;South Moravia=Brno;Moravia-Silesia=Ostrava;Plzeň Region=Plzeň;South Bohemia=České Budějovice"
    ),
    "Romania": "Bucharest=București;Cluj=Cluj-Napoca;Timiș=Timișoara;Iași=Iași;Brașov=Brașov;Constanța=Constanța",
    "Hungary": (
        "Central Hungary=Budapest;Hajdú-Bihar=Debrecen;Csongrád-Csanád=Szeged;Győr-Moson-Sopron=Győr;Baranya=Pécs"
    ),
    "Greece": "Attica=Αθήνα,Piraeus;Central Macedonia=Thessaloniki;Crete=Heraklion;Western Greece=Patras",
    "Türkiye": "İstanbul=İstanbul;Ankara=Ankara;İzmir=İzmir;Bursa=Bursa;Eskişehir=Eskişehir;Muğla=Muğla",
    "Israel": (
        "Tel Aviv District=Tel Aviv-Yafo,Herzliya;Haifa District=Haifa;Jerusalem District=ירושלים;Southern "
        "District=Be’er Sheva"
    ),
    "United Arab Emirates": "Dubai=Dubai;Abu Dhabi=Abu Dhabi,Al Ain;Sharjah=Sharjah",
    "Egypt": "Cairo=القاهرة,New Cairo;Giza=Giza;Alexandria=Alexandria",
    "Nigeria": "Lagos=Lagos,Ikeja;FCT=Abuja;Rivers=Port Harcourt;Oyo=Ìbàdàn;Kano=Kano",
    "South Africa": "Gauteng=Johannesburg,Pretoria;Western Cape=Cape Town,Stellenbosch;KwaZulu-Natal=Durban",
    "Japan": (
        "Tōkyō=Tōkyō,Hachiōji;Ōsaka=Ōsaka;Kanagawa=Yokohama;Aichi=Nagoya;Fukuoka=福岡市;Hokkaidō=Sapporo;Kyōto=京都市"
    ),
    "China": (
        "Beijing=Beijing;Shanghai=上海;Guangdong=Shenzhen,Guangzhou;Zhejiang=Hangzhou;Sichuan=Chengdu;Jiangsu=Nanjing,"
        "Suzhou"
    ),
    "South Korea": "Seoul=서울;Gyeonggi=Seongnam,Suwon;Busan=Busan;Daejeon=Daejeon",
    "Vietnam": "Hà Nội=Hà Nội;Hồ Chí Minh City=Hồ Chí Minh City;Đà Nẵng=Đà Nẵng",
    "Singapore": "Central Region=Singapore",
    "Mexico": (
        "Mexico City=Ciudad de México;Jalisco=Guadalajara,Zapopan;Nuevo León=Monterrey;Querétaro=Querétaro;"
        "Yucatán=Mérida"
    ),
    "Argentina": (
        "Buenos Aires=Buenos Aires,La Plata;Córdoba=Córdoba;Santa Fe=Rosario;Mendoza=Mendoza;Tucumán=San Miguel de "
        "Tucumán"
    ),
    "Colombia": "Bogotá=Bogotá;Antioquia=Medellín;Valle del Cauca=Cali;Atlántico=Barranquilla",
    "Chile": "Santiago Metropolitan=Santiago,Ñuñoa;Valparaíso=Valparaíso,Viña del Mar;Biobío=Concepción",
}
# Each town appears in these forms; {} is its name.
PLACE_FORMS = "{} | Greater {} | {} North | {} South"

SCHOOLS = (
    "University of {} | Technical University of {} | {} Business School | {} Institute of Technology | College of {}"
)
DEGREES = (
    "Bachelor of Science | Master of Science | Bachelor of Arts | Diploma | Master of Arts | MBA | PhD | Certificate"
)

OPENINGS = (
    "{title} with a liking for clear problems and small steps. | I have worked in {industry} for most of my career. |"
    " At {company} I look after what others depend on. | Curious, patient, and happiest close to the work. | My job is"
    " to make hard things ordinary. | Ten projects, four countries, one habit: write it down. | I build teams that do"
    " not need me. | Started as an apprentice, stayed for the craft. | Between {place} and the rest of the world. | I"
    " like numbers that somebody acts on. | {title}, earlier in three other trades. | Generalist by training,"
    " specialist by accident."
)
SENTENCES = (
    "Most of my time goes into {skill} and the people who use it. | I led a team of seven through a change that"
    " touched every customer. | We cut the time from order to delivery by a third. | I care about tests, reviews and"
    " short meetings. | Before that I worked on a platform with a few hundred thousand users. | My strengths are"
    " {skill}, structure and a calm tone. | I have introduced {skill} in two companies, once against some resistance."
    " | Budgets, suppliers and deadlines do not frighten me. | I speak at local meetups now and then. | A good week"
    " has one difficult conversation and no surprise. | The work covered planning, delivery and support after launch."
    " | I enjoy teaching, and three of my trainees lead teams today. | We moved an old system to a new one without a"
    " lost day. | I prefer evidence to opinion and a draft to a debate. | Responsible for audits, certificates and the"
    " follow-up of findings. | In my free time I sing in a choir and repair bicycles. | I worked remotely for four"
    " years and across three time zones. | Hands-on experience with {skill} from prototype to daily use. | Interested"
    " in roles where quality matters more than speed. | I have hired twenty people and still write to most of them. |"
    " Customers describe me as direct and reliable. | Open to travel up to a third of the time. | My thesis dealt with"
    " measurement errors in small samples. | I set up reporting that the board reads every month. | Looking for a team"
    " with room to grow into. | Volunteer at the local sports club. | Certified, and recertified twice. | I like to"
    " automate whatever is done more than three times. | Experience with regulated environments and their paperwork. |"
    " Parental leave taught me more about priorities than any course. | I negotiate contracts in three languages. |"
    " The last two years were about {skill}. | I keep documentation that new colleagues thank me for. | We won a"
    " regional award for the project. | Strong network in {industry} and its suppliers. | I mentor two students each"
    " year."
)
HEADLINES = (
    "{title} at {company} | {title} | {title} @ {company} – {skill} | {skill} enthusiast, {title} | {title} | Helping"
    " teams in {industry} with {skill} | {title} at {company} | {skill} · {skill2} | {title} – open to new roles |"
    " Ex-{company2}, now {company} | {industry} professional | {title}, {place}"
)
SOURCES = ("csv", "phantombuster", "crustdata")
TAGS = (
    "strong portfolio | referral | relocation | follow up | speaks German | call back | salary high | next quarter | "
    "alumni"
)
# Titles: a role with its seniority, and what it is about.
TITLE_FORMS = ("{}, {}", "{}, {}", "{} ({})", "{} – {}")
# Letters that Unicode does not take apart into an ASCII letter and a sign.
ASCII_FORMS = {
    "ł": "l",
    "ø": "o",
    "þ": "th",
    "ð": "d",
    "đ": "d",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
}
