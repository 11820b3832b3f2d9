/* registry/key_look.h - the few things rules want to know of the certificate a key comes in.
 *
 * Metadata is trusted for its keys, so nothing is verified here. The library would decode the public key too, at
 * 0.2 ms a certificate: longer than all other rules about an entity together.
 */
#pragma once

#include "base/clock.h"

struct key_look {
	bool readable;          /* has the shape of a certificate (RFC 5280 s4.1) */
	unsigned rsa_bits;      /* 0: no RSA key */
	struct instant until;   /* {0}: cannot be told */
};
struct key_look key_look_at(struct span der);
