"""Pages of people in any order and filter: views, id lists, facets, selections, saved views."""
