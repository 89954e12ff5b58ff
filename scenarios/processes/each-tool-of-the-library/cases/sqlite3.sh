$PYTHON -m sqlite3 :memory: "select 6 * 7"
