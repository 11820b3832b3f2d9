/* front/oidc/error_page.c - what a person is told when nobody knows where to send the browser back to. */
#include "front/oidc/error_page.h"

#include "http/reference_page.h"

void
error_page_send(struct exchange *e, const struct oidc_settings *settings, int status, struct span client_id,
    const struct problem *why)
{
	const struct reference_page page = { .html = settings->error_page, .event = "oidc.page", .client = client_id };

	reference_page_send(e, &page, status, why);
}
