-- Screening the people most like the job first: who of a run was chosen for that, and who was drawn to check it.

-- pick: '' where everyone is screened; similar: among the most similar; control: drawn at random from the others.
-- place: 1 for the most similar. model_fit: what the model's verdicts came to in this run, for those who were picked;
-- what people decided about it later does not change what the pre-screen is measured by.
ALTER TABLE screening_items
    ADD COLUMN pick text NOT NULL DEFAULT '' CHECK (pick IN ('', 'similar', 'control')),
    ADD COLUMN place integer,
    ADD COLUMN model_fit text CHECK (model_fit IN ('strong', 'possible', 'weak'));
