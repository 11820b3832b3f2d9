/* signer/point_metadata.h - the signed metadata of a decision point (AuthZEN Authorization API 1.0 s9.1.3), as the
 * signer takes it.
 *
 *     BASE64URL(header of a JWT, crypto/jws.h) "." BASE64URL({"exp":…,"iat":…,"iss":…,"nbf":…, metadata })
 *
 * The key signs trusted lists too. No text is both: a list's only member is "LoTE", and here are iss, times, and
 * parameters of the metadata alone, every one of ours. So it is no access token and no assertion of anybody either.
 */
#pragma once

#include "base/clock.h"
#include "signer/payload.h"

#define POINT_METADATA_LARGEST (8 * KIB)
#define POINT_METADATA_LONGEST SECONDS(31 * 86400) /* exp - iat */
