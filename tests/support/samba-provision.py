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
    dns_backend="NONE",
    skip_sysvolacl=True,
)

database = SamDB(lp=settings, session_info=system_session())
database.transaction_start()
with open(folder + "/tree.ldif") as tree:
    for kind, record in database.parse_ldif(tree.read()):
        (database.modify if kind == CHANGETYPE_MODIFY else database.add)(record)
database.transaction_commit()
