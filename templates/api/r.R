address <- "https://survey.example/data/latest/figures.csv"
figures <- read.csv(address, fileEncoding = "UTF-8-BOM")
trust <- subset(figures, measure == "trust" & agency == "police" &
                  cut == "total" & level == "community")
print(reshape(trust[c("name", "season", "value")], direction = "wide",
              idvar = "name", timevar = "season"))
