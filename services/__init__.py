"""The product. Nothing here imports Dash; everything takes a Runtime and an Actor."""
