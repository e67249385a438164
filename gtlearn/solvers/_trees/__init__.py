"""Games in extensive form, solved as trees."""
