"""Full-text search of mentions; see listening.searching. What is kept already is indexed here."""

from django.db import migrations

from cornbread.listening.domain.wording import LONGEST, fold

# Letters without accents, unspaced scripts character by character; ASCII is taken as it is.
_PLAIN = r"""
CASE WHEN octet_length(text) = char_length(text) THEN left(text, 100000) ELSE
  regexp_replace(
    normalize(regexp_replace(normalize(left(text, 100000), NFKD), '[\u0300-\u036f]+', '', 'g'), NFC),
    '[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u31f0-\u31ff'
    '\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]',
    ' \& ', 'g')
END
"""
# The parser of PostgreSQL would take addresses, paths, signed numbers and tags for one word each.
# (replace() nine times is five times as fast as translate().)
_APART = "/.@-:_<&+"


def _words():
    expression = _PLAIN
    for sign in _APART:
        expression = f"replace({expression}, '{sign}', ' ')"
    return f"to_tsvector('simple'::regconfig, {expression})"


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _make_column(schema_editor)
    else:
        _make_table(schema_editor)
        _fill(apps, schema_editor)


def _make_column(schema_editor):
    for statement in (
        f"ALTER TABLE listening_mention ADD COLUMN words tsvector"
        f" GENERATED ALWAYS AS ({_words()}) STORED",
        "CREATE INDEX mention_words ON listening_mention USING gin (words)"
        " WHERE deleted_at IS NULL",
        "CREATE INDEX mention_heard ON listening_mention (workspace_id, id)",
    ):
        schema_editor.execute(statement, params=None)


def _make_table(schema_editor):
    schema_editor.execute(
        "CREATE VIRTUAL TABLE listening_search USING fts5(text, content='',"
        " contentless_delete=1, tokenize='unicode61 remove_diacritics 2')"
    )
    # Merging less often costs searches nothing that can be measured, and makes writing quicker.
    schema_editor.execute("INSERT INTO listening_search(listening_search, rank) VALUES('automerge', 8)")


def _fill(apps, schema_editor):
    mentions = apps.get_model("listening", "Mention").objects.filter(deleted_at=None)
    with schema_editor.connection.cursor() as cursor:
        for workspace_id in sorted(set(mentions.values_list("workspace_id", flat=True).order_by())):
            last = 0
            of_one = mentions.filter(workspace_id=workspace_id).order_by("pk")
            while rows := list(of_one.filter(pk__gt=last).values_list("pk", "text")[:5000]):
                cursor.executemany(
                    "INSERT INTO listening_search(rowid, text) VALUES (%s, %s)",
                    [((workspace_id << 40) + pk, fold(text[:LONGEST])) for pk, text in rows],
                )
                last = rows[-1][0]


def unmake(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX mention_heard")
        schema_editor.execute("ALTER TABLE listening_mention DROP COLUMN words")
    else:
        schema_editor.execute("DROP TABLE listening_search")


class Migration(migrations.Migration):
    dependencies = [("listening", "0002_enrichment")]

    operations = [migrations.RunPython(make, unmake)]
