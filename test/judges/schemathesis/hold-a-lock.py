"""Holds a lock, and does a run, with a client that is made of the document of the API.

It knows the names of operations and of fields. Paths, methods and places of parameters are the
document's, and each answer has to be as the document says.

    python hold-a-lock.py https://locks.example.com/openapi.json TOKEN
"""

import json
import sys
import uuid

import schemathesis

DOCUMENT, TOKEN = sys.argv[1:]
schema = schemathesis.openapi.from_url(DOCUMENT)


def call(operation, path, body=None, handle=None):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if handle is not None:
        headers["lock-token"] = handle
    parts = {"path_parameters": path, "headers": headers}
    if body is not None:
        parts |= {"body": body, "media_type": "application/json"}
    case = schema.find_operation_by_id(operation).Case(**parts)
    answer = case.call()
    case.validate_response(answer)
    print(json.dumps({"operation": operation, "status": answer.status_code}))
    return answer.json() if answer.content else None


lock = {"namespace": "shop", "name": "ledger"}
hold = lock | {"hold": str(uuid.uuid4())}
granted = call("acquireHold", hold, {"ttlSeconds": 30})
call("acquireHold", hold, {"ttlSeconds": 30})
call("acquireHold", lock | {"hold": str(uuid.uuid4())}, {"waitSeconds": 0})
renewed = call("renewHold", hold, handle=granted["handle"])
assert renewed["token"] == granted["token"]
call("showLock", lock)
call("listLocks", {})
call("listLocksOfNamespace", {"namespace": "shop"})
call("breakHold", hold, {"reason": "it takes too long"})
call("releaseHold", lock | {"hold": str(uuid.uuid4())})

run = {"namespace": "shop", "job": "nightly", "key": "2026-11-26"}
begun = call("beginRun", run, {"hold": str(uuid.uuid4())})
call("beginRun", run, {"hold": str(uuid.uuid4())})
call("endRun", run, {"status": "succeeded", "result": {"rows": 3}}, begun["hold"]["handle"])
ended = call("beginRun", run, {"hold": str(uuid.uuid4())})
assert ended["run"]["result"] == {"rows": 3}
