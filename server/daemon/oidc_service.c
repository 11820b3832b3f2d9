/* daemon/oidc_service.c - the OpenID Provider in a worker. */
#include "daemon/oidc_service.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/child.h"
#include "front/oidc/oidc_keys.h"
#include "signer/client.h"
#include "transaction/client/client.h"
#include "transaction/policy/shelf.h"

#define ERROR_PAGE_LARGEST (32 * KIB)
#define LONGEST_WAIT SECONDS(1)
#define STEP (SECONDS(1) / 100)

/* A server without pages tells what is wrong without one. */
static void
read_error_page(struct oidc_service *s, const char *pages)
{
	char path[PATH_MAX];
	struct problem why;

	snprintf(path, sizeof(path), "%s/sign-on-error/index.html", pages);
	if (file_read(path, &s->error_page, &why) != OK)
		log_warning("oidc.no_page", "problem=%s", LOG_TEXT(why.text));
}

void
oidc_service_open(struct oidc_service *s, const struct child *child, struct store *store,
    const struct person_service *persons)
{
	const struct config *config = child->config;

	if (!config->oidc.present)
		return;
	s->error_page = buffer_init(ERROR_PAGE_LARGEST);
	read_error_page(s, config->pages);
	s->signer = signer_client_new(child->loop);
	s->keys = oidc_keys_new(child->loop, store, config->keys);
	s->clients = client_book_new();
	s->settings = (struct oidc_settings){
		.issuer = span_text(config->oidc.issuer),
		.person = &persons->settings,
		.sign_on = {
			.person = &persons->settings,
			.pairwise = pairwise_key_derive(&persons->wrapping),
			.clients = s->clients,
			.path = { [GRANT_OIDC] = span_text("/oidc/continue/") },
			.assertion_for = config->oidc.id_token_for,
		},
		.clients = s->clients,
		.signer = s->signer,
		.keys = s->keys,
		.id_token_for = config->oidc.id_token_for,
		.trust_framework = span_text(config->oidc.trust_framework),
		.error_page = buffer_span(&s->error_page),
		.registration = config->oidc.registration,
	};
	wrapping_derive(&persons->wrapping, GRANT_REFRESH_KEY, s->settings.refresh_key);
	s->front = oidc_front_new(child->loop, store, &s->settings);
	s->sign_ons = sign_on_front_new(store, &s->settings.sign_on);
}

static bool
is_ready(const struct oidc_service *s)
{
	struct policy_snapshot *policies = policy_shelf_take(s->settings.person->shelf);
	bool ready = policies && oidc_keys_known(s->keys);

	policy_snapshot_unref(policies);
	return ready;
}

void
oidc_service_wait(const struct oidc_service *s, struct loop *loop)
{
	int64_t until = clock_monotonic() + LONGEST_WAIT;

	while (s->front && !is_ready(s) && clock_monotonic() < until)
		loop_step(loop, STEP);
}

void
oidc_service_link(struct oidc_service *s, int fd)
{
	if (s->signer)
		signer_client_link(s->signer, fd);
	else
		close(fd);
}

void
oidc_service_tick(struct oidc_service *s, struct child *child)
{
	if (s->signer)
		child_keep_link(child, ROLE_SIGNER, signer_client_linked(s->signer), &s->signer_lost);
}

void
oidc_service_mount(struct oidc_service *s, struct mount *mounts, size_t *count)
{
	if (!s->front)
		return;
	mounts[(*count)++] = (struct mount){ oidc_routes, s->front };
	mounts[(*count)++] = (struct mount){ sign_on_routes, s->sign_ons };
}

void
oidc_service_close(struct oidc_service *s)
{
	sign_on_front_free(s->sign_ons);
	oidc_front_free(s->front);
	oidc_keys_free(s->keys);
	client_book_free(s->clients);
	signer_client_free(s->signer);
	buffer_release(&s->error_page);
	OPENSSL_cleanse(&s->settings, sizeof(s->settings));
}
