/* tools/testcard/list_signer.h - somebody whom an authority has certified for signing revocation lists in its name (RFC
 * 5280 s6.3.3 (f)): made when it is first asked for, DIR/sign/2/list-signer.pem and .key.
 *
 * Its own certificate is on the list of Tokyo-to/Shibuya-ku, which the authority must have signed itself.
 */
#pragma once

#include "testcard/world.h"

/* As an authority that signs: the same name, a key of its own. The caller's to close. */
enum err list_signer_open(struct arena *, const struct authority *, struct authority *out, struct problem *why);
