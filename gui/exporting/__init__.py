"""What leaves the window: figures, tables, vectors, TextGrids with added tiers, bundles."""
