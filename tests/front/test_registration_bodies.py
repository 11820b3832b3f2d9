#!/usr/bin/env python3
"""tests/front/test_registration_bodies.py - what goes over the wire when test_registration registers clients is as the schema says;
and the schema refuses what was changed in one thing.

Prints a line `ok …` or `not ok …: why` for each; exit status 1 when anything is not ok.
"""

import sys

from bodies import check

# definition -> how many at least must have gone over the wire, and changes that it must not take.
BODIES = {
    "client-registration.register": (1, [{"redirect_uris": []}, {"redirect_uris": ["http://a.example/"]}, {"jwks_uri": "https://a.example/"},
                                         {"sector_identifier_uri": "https://a.example/"}, {"subject_type": "public"},
                                         {"token_endpoint_auth_method": "client_secret_jwt"}, {"default_max_age": -1},
                                         {"jwks": {"keys": [{"kty": "EC", "d": "x"}]}}, {"entity_id": ""}]),
    "client-registration.change": (1, [{"client_id": "https://a.example/"}, {"registration_access_token": "x"}, {"client_id_issued_at": 1},
                                       {"redirect_uris": None}]),
    "client-registration.information": (3, [{"client_id": "x"}, {"client_secret_expires_at": 1}, {"registration_access_token": "wt_"},
                                            {"registration_client_uri": "/oidc/register"}, {"response_types": ["token"]},
                                            {"client_id_issued_at": "now"}]),
}

sys.exit(check("tests/front/test_registration", BODIES))
