/* front/saml/refusal_status.h - what a service provider is told of a sign-on that was refused (SAML 2.0 Core s3.2.2.2).
 *
 * Always a failure of the responder: what is wrong with a request is told before anybody is asked to sign on.
 */
#pragma once

#include <stdbool.h>

struct refusal_status {
	const char *code;    /* the first-level StatusCode */
	const char *second;  /* within it; NULL: none */
};

/* `error`: struct sign_on_step's word; `passive`: nobody was to be asked (IsPassive, s3.4.1). A word that is not known
 * is told without a second code. */
struct refusal_status refusal_status(const char *error, bool passive);
