/* front/oidc/cross_origin.h - which pages of other sites may read what is answered here (Fetch s3.2): those of the
 * client whose token it is, and at no other address of this front. No cookie is ever asked for there.
 */
#pragma once

#include "http/exchange.h"
#include "transaction/client/client.h"

/* Lines of the answer's head; "": the request is of no page of the client's. An origin is the client's when it
 * registered a redirect URI there; "null" is nobody's. `client` NULL: it is not known. */
const char *cross_origin_fields(struct exchange *, const struct client *);
