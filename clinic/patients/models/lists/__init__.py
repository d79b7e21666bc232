"""Lists of patients that people pick by hand."""
