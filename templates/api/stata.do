copy "https://survey.example/data/latest/stata/figures.dta" figures.dta, replace
use figures.dta, clear
keep if measure == "trust" & agency == "police" & cut == "total"
decode level, generate(level_name)
keep if level_name == "community"
tabulate name season, summarize(value) means
