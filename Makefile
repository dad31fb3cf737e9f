# Two commands set everything up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# An offscreen Qt, and no display of the user's, for every test.
export QT_QPA_PLATFORM ?= offscreen

.PHONY: demo test lint clean

demo: $(VENV)/installed
	$(BIN)/w2vpraat demo -o demo-out

# The tests of the window and of Praat beside the others: neither alone keeps two processors busy.
test: lint
	@$(BIN)/python -m pytest tests/gui tests/bridge tests/plugin > .pytest-gui.log 2>&1 & window=$$!; \
	$(BIN)/python -m pytest tests --ignore tests/gui --ignore tests/bridge --ignore tests/plugin; others=$$?; \
	wait $$window; window=$$?; cat .pytest-gui.log; [ $$others = 0 ] && [ $$window = 0 ]

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# torch first and by itself: other packages then find it already there.
$(VENV)/installed: pyproject.toml constraints.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt torch
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install -c constraints.txt -e '.[gui,dev]'
	touch $@

clean:
	rm -rf $(VENV) demo-out build *.egg-info
