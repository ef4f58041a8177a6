# everything of the newest release
curl --location --output porchlight.zip "https://survey.example/data/latest"

# trust in the police in each community, as JSON
curl "https://survey.example/api/v1/releases/latest/figures?measure=trust&agency=police&cut=total&level=community"
