"""ClickHouse in this process, with the page's tables. Runs in the virtual environment that `run` makes."""
import json
import tempfile

import page


class Engine:
    def __init__(self):
        # Not at the top: `run` makes sure that it is there.
        from chdb import session

        self.folder = tempfile.TemporaryDirectory(prefix="ct-fleet-")
        self.session = session.Session(self.folder.name)
        for statement in page.statements():
            self.session.query(statement)
        # Otherwise the records would be too old some day.
        self.session.query("SYSTEM STOP TTL MERGES")

    def close(self):
        self.session.close()
        self.folder.cleanup()

    def empty(self):
        for table in self.tables():
            self.session.query(f"TRUNCATE TABLE {table}")

    def tables(self):
        return [row[0] for row in self.rows("SELECT name FROM system.tables WHERE database = 'ctinspect' AND engine = 'ReplacingMergeTree'")]

    def insert(self, statement, body):
        """As HTTP does: the statement, then the data."""
        self.session.query(f"{statement}\n{body}")

    def load(self, lines):
        self.insert("INSERT INTO lines (line) FORMAT LineAsString", "\n".join(lines) + "\n")

    def text(self, query):
        """As a table of Markdown, of the same moment on as before."""
        return str(self.session.query(query, "Markdown"))

    def rows(self, query, since=None):
        if since:
            self.session.query(f"SET param_since = '{since}'")
        answer = self.session.query(query, "JSONCompactEachRow")
        return [json.loads(line) for line in str(answer).splitlines() if line]
