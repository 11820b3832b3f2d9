/* front/saml/refusal_status.c - what a service provider is told of a sign-on that was refused. */
#include "front/saml/refusal_status.h"

#include "base/span.h"

#define STATUS "urn:oasis:names:tc:SAML:2.0:status:"
#define NO_PASSIVE STATUS "NoPassive"

/* That somebody would have had to be asked is NoPassive only where nobody was to be. */
static const struct {
	const char *error, *passive, *otherwise;
} statuses[] = {
	{ "access_denied", STATUS "RequestDenied", STATUS "RequestDenied" },
	{ "consent_required", NO_PASSIVE, STATUS "RequestDenied" },
	{ "interaction_required", NO_PASSIVE, STATUS "AuthnFailed" },
	{ "login_required", NO_PASSIVE, STATUS "AuthnFailed" },
	{ "unmet_authentication_requirements", STATUS "NoAuthnContext", STATUS "NoAuthnContext" },
};

struct refusal_status
refusal_status(const char *error, bool passive)
{
	struct refusal_status status = { .code = STATUS "Responder" };

	for (size_t i = 0; i < COUNT(statuses); i++)
		if (span_is(span_text(error), statuses[i].error))
			status.second = passive ? statuses[i].passive : statuses[i].otherwise;
	return status;
}
