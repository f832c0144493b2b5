"""What the tests of feeds share."""

ENTRY = """<item><guid isPermaLink="false">{id}</guid><title>Late again</title><link>https://blog.example/{id}</link>
<description>&lt;p&gt;The 18:05 {text}.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description>
<author>ana@blog.example (Ana)</author><pubDate>Wed, 30 Apr 2025 18:20:00 +0200</pubDate></item>"""


def rss(*entries: str) -> bytes:
    head = '<rss version="2.0"><channel><title>Line 4 blog</title><language>en-gb</language>'
    return f"{head}<link>https://blog.example/</link>{''.join(entries)}</channel></rss>".encode()


def entry(id_: int, text: str = "stood still") -> str:
    return ENTRY.format(id=id_, text=text)
