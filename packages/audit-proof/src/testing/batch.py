"""Runs verify.py over many exports in one process, for the mutation test.

Reads one JSON object a line from standard input: {"export": base64, "key": text, "kept": [text]}.
Writes one JSON object a line: {"problem": text or null, "bad": [first, last] or null}; a problem "unusable" is the key's or a kept text's.
"""

import base64
import functools
import importlib.util
import io
import json
import pathlib
import sys

path = pathlib.Path(__file__).parents[2] / "verify.py"
spec = importlib.util.spec_from_file_location("verify", path)
sys.dont_write_bytecode = True
verify = importlib.util.module_from_spec(spec)
sys.modules["verify"] = verify
spec.loader.exec_module(verify)

# The mutants share one key and most of their signatures, and pure Python is slow at those. Same answer for the same question.
verify.read_keys = functools.cache(verify.read_keys)
verify.PublicKey.accepts = functools.cache(verify.PublicKey.accepts)

for line in sys.stdin:
    case = json.loads(line)
    try:
        findings = verify.verify(io.BytesIO(base64.b64decode(case["export"])), case["key"], case["kept"])
        print(json.dumps({"problem": findings.problem, "bad": findings.bad}))
    except verify.Unusable:
        print(json.dumps({"problem": "unusable", "bad": None}))
