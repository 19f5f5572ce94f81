"""Makes a domain from smb.conf and tree.ldif in the folder that is named; the password of Administrator is stdin.

samba-tool does the same, but wants extended attributes of the file system for shares that nobody here looks at, and
a process for each change.
"""
import logging
import sys

from ldb import CHANGETYPE_MODIFY
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB

# Samba's own control for imports: without it nobody can say when a password was set.
PASSWORD_MAY_BE_OLD = "local_oid:1.3.6.1.4.1.7165.4.3.20:0"

folder = sys.argv[1]
configuration = folder + "/smb.conf"
settings = LoadParm()
settings.load(configuration)
logging.basicConfig(level=logging.ERROR)

provision(
    logging.getLogger(),
    system_session(),
    smbconf=configuration,
    lp=settings,
    realm=settings.get("realm"),
    domain=settings.get("workgroup"),
    hostname="dc1",
    hostip="127.0.0.1",
    adminpass=sys.stdin.read(),
    serverrole="active directory domain controller",
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    dns_backend="SAMBA_INTERNAL",
    skip_sysvolacl=True,
)

database = SamDB(lp=settings, session_info=system_session())
database.transaction_start()
with open(folder + "/tree.ldif") as tree:
    for kind, record in database.parse_ldif(tree.read()):
        if kind == CHANGETYPE_MODIFY:
            database.modify(record, controls=[PASSWORD_MAY_BE_OLD])
        else:
            database.add(record)
database.transaction_commit()
