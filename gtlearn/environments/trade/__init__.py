"""The bilateral trade of bullets in two-player Space Invaders (Gerstgrasser & Parkes 2023)."""
