"""The design that SourcingX replaces, as seed documents 000 and 001 describe it: everything in the session.

Profiles stand there as lists and DataFrames, before and after enrichment; each filter keeps a DataFrame of whom
it took out; results of screening are gathered; the table is shown whole. Run by benchmarks/peer_memory.py:
streamlit run streamlit_app.py -- profiles.jsonl
"""

import json
import sys

import pandas as pd
import streamlit as st

HEAVY = ["raw_data"]
FILTERS = {
    "short_experience": lambda df: df["years_experience"].fillna(0) < 3,
    "no_email": lambda df: df["email"] == "",
    "not_relevant_title": lambda df: df["title"].str.contains("Sales|Recruiter|Manager", regex=True),
    "other_country": lambda df: ~df["country"].isin(["Germany", "Israel", "United States"]),
    "job_hopper": lambda df: df["average_tenure_months"].fillna(99) < 18,
}


def read():
    with open(sys.argv[1], encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def load(state):
    state["results"] = read()
    state["results_df"] = pd.DataFrame(state["results"])
    # Each profile comes back from the vendor as an object of its own.
    state["enriched_results"] = read()
    state["enriched_df"] = pd.DataFrame(state["enriched_results"])
    state["original_results_df"] = state["enriched_df"].copy()
    filter_people(state)
    screen(state)


def filter_people(state):
    df = state["enriched_df"].copy()
    df["_full_name"] = df.apply(lambda row: f"{row['first_name']} {row['last_name']}".lower(), axis=1)
    state["filtered_out"] = {}
    for name, rule in FILTERS.items():
        out = rule(df)
        state["filtered_out"][name] = df[out]
        df = df[~out]
    state["passed_candidates_df"] = df.copy()


def screen(state):
    state["screening_results"] = [
        {"url": row["linkedin_url"], "score": len(row["skills"]), "reason": row["summary"], "profile": row.to_dict()}
        for _, row in state["passed_candidates_df"].head(100).iterrows()
    ]


if "results_df" not in st.session_state:
    load(st.session_state)
st.title("Candidates")
st.write(len(st.session_state["passed_candidates_df"]), "of", len(st.session_state["results_df"]))
st.dataframe(st.session_state["enriched_df"].drop(columns=HEAVY))
