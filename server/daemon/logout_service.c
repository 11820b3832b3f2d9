/* daemon/logout_service.c - clients are told of sessions' ends as the configuration has it. */
#include "daemon/logout_service.h"

#include "transaction/client/client.h"

#define POSTS_AT_ONCE 32

void
logout_service_open(struct logout_service *s, const struct child *child, struct store *store,
    struct signer_client *signer, const struct address_set *internal)
{
	const struct config *config = child->config;
	struct figures *figures = &child->figures[child->seat];

	*s = (struct logout_service){ .keys = NULL };
	if (!config->oidc.present)
		return;
	s->keys = oidc_keys_new(child->loop, store, config->keys);
	s->clients = client_book_new();
	s->fetcher = fetcher_new(child->loop, &(struct fetcher_settings){
		.plain_http = config->fetch.plain_http,
		.internal = internal,
		.authorities = config->fetch.authorities,
		.at_once = POSTS_AT_ONCE,
	});
	s->delivery = logout_delivery_new(child->loop, &(struct logout_delivery_settings){
		.store = store,
		.clients = s->clients,
		.signer = { signer, s->keys, figures },
		.fetcher = s->fetcher,
		.issuer = span_text(config->oidc.issuer),
		.clock = clock_now,
		.figures = figures,
	});
}

void
logout_service_close(struct logout_service *s)
{
	logout_delivery_free(s->delivery);
	fetcher_free(s->fetcher);
	client_book_free(s->clients);
	oidc_keys_free(s->keys);
}
