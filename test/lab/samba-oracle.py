"""Reads lines of JSON with `user` and `password`; says true or false for each: from the domain's own database, so that
it counts as no log-in. Runs inside the namespace of the domain controller."""
import json
import sys

import ldb
from samba.auth import system_session
from samba.credentials import Credentials
from samba.param import LoadParm
from samba.samdb import SamDB

lp = LoadParm()
lp.load("/etc/samba/smb.conf")
db = SamDB(session_info=system_session(), lp=lp)
for line in sys.stdin:
    asked = json.loads(line)
    known = Credentials()
    known.set_password(asked["password"])
    found = db.search(
        base=db.domain_dn(),
        expression="(sAMAccountName=%s)" % ldb.binary_encode(asked["user"]),
        attrs=["unicodePwd"],
    )
    print("true" if len(found) == 1 and bytes(found[0]["unicodePwd"][0]) == known.get_nt_hash() else "false", flush=True)
