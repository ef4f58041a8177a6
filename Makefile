# thin names for dev.py, which does the work and says what it needs
.PHONY: run test lint lock clean

run test lint lock:
	@python3 dev.py $@

clean: ## what the tools made; never instance/, which holds answers
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
