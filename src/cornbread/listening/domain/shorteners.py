"""Hosts whose addresses only lead elsewhere: general shorteners, and those of networks, shops and
newspapers. Add to the list what is missing; an address of any other host is shown as it is.
"""

_GENERAL = """
adf.ly b.link bit.do bit.ly bitly.com bitly.ws bl.ink buff.ly clck.ru cutt.ly dlvr.it dub.sh
eepurl.com fw.to gg.gg goo.gl goo.su ht.ly hubs.la hubs.li hubs.ly hyperurl.co ift.tt is.gd j.mp
kutt.it lnk.bio lnk.to mailchi.mp n9.cl ow.ly po.st qr.ae qrco.de rb.gy rebrand.ly reurl.cc s.id
sforce.co shar.es short.gy shorte.st shorturl.at shrtco.de snip.ly soo.gd spr.ly surl.li t.ly
t1p.de t2m.io tiny.cc tiny.one tinyurl.com trib.al u.to urlz.fr v.gd v.ht vk.cc x.gd zpr.io
"""
_NETWORKS = "fb.me flip.it lnkd.in ln.is pin.it redd.it t.co tmblr.co wp.me"
_SHOPS_AND_MAKERS = """
a.co amzn.asia amzn.eu amzn.to apple.co ebay.to ebay.us etsy.me g.co git.io msft.it mzl.la
spoti.fi
"""
_PRESS = """
abcn.ws apne.ws bbc.in bloom.bg cbsn.ws cnb.cx cnn.it econ.st f24.my huffp.st lat.ms n.pr nbcnews.to
nyti.ms on.cnn.com on.ft.com on.wsj.com politi.co reut.rs tcrn.ch thetim.es usat.ly wapo.st
"""

SHORTENERS = frozenset(f"{_GENERAL} {_NETWORKS} {_SHOPS_AND_MAKERS} {_PRESS}".split())
