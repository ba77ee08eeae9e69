"""What the tests share: the vectors of both SDKs, and calls as FleetLM makes them."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

VECTORS: dict[str, Any] = json.loads(
    (ROOT.parents[1] / "packages/agent/src/testing/vectors.json").read_text("utf-8")
)
SECRET = "whsec_" + base64.b64encode(bytes([7]) * 32).decode()
SESSION_ID = "7f-01J00000000000000000000000"
#: The body of the first call of the vectors.
BODY = VECTORS["calls"][0]["body"].encode()
