/* daemon/worker.c - a process that answers the world: one loop, the store for reading, all fronts mounted.
 *
 * Of keys it has only those of TLS; tokens for relying parties it has signed.
 */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/child.h"
#include "daemon/oidc_service.h"
#include "daemon/ops.h"
#include "daemon/outside.h"
#include "daemon/person_service.h"
#include "daemon/proofing_service.h"
#include "daemon/store_link.h"
#include "front/authzen/authzen.h"
#include "front/authzen/token.h"
#include "front/ledger/disclosure.h"
#include "front/ledger/ledger.h"
#include "front/policy/policy.h"
#include "front/registry/registry.h"
#include "http/server.h"

#define TICK SECONDS(1)
#define MOUNTS 24
#define MEMORY_KEPT (16 * MIB)    /* at most, of what is free */
#define MEMORY_AT_ONCE MIB
#define MISSING_LIFE SECONDS(60) /* how long caches may remember that there is no such entity */

/* Pages bring their own Content-Security-Policy; metadata needs none. */
#define FIELDS_ALL "X-Content-Type-Options: nosniff\r\n"
#define FIELDS_TLS "Strict-Transport-Security: max-age=31536000\r\n"

/* Pages of what is there only with accounts. */
static const char *const person_pages[] = { "account", "app", "card", "consent", "desk", "enrol", "login", "logout",
	"sign-on-error", NULL };

struct worker {
	struct child *child;
	struct store_link link;
	struct courier *courier;     /* to the steward; NULL: there is nobody outside to be asked */
	int64_t courier_lost;        /* child_keep_link()'s */
	struct timer tick;
	struct policy_shelf *shelf;
	struct registry_front *registry;
	struct authzen_front *authzen;
	struct token_front *token;
	struct disclosure disclosure;
	struct ledger_front ledger;
	struct policy_front *policy;
	struct proofing_service proofing;
	struct person_service person;
	struct oidc_service oidc;
	struct ops ops;
	struct router *routers[LISTEN_LOCAL + 1];
	struct tls **tls;            /* one for each listener; NULL: plain */
	int access_fd;               /* -1: none */
	struct access_log *access_log;
	struct address_set *proxies;
	struct http_server *server;
	bool draining;
};

/* While still root: keys, and the access log's directory. */
static enum err
open_secrets(struct worker *w, struct problem *why)
{
	const struct config *config = w->child->config;

	w->access_fd = -1;
	w->tls = calloc(config->listener_count + 1, sizeof(*w->tls));
	if (!w->tls)
		abort();
	for (size_t i = 0; i < config->listener_count; i++) {
		const struct listener_config *listener = &config->listeners[i];
		const struct tls_settings settings = {
			.certificate = listener->certificate,
			.key = listener->key,
			.client_authorities = listener->client_authorities,
			.ticket_key = w->child->ticket_key,
		};

		if (listener->certificate && tls_open(&settings, &w->tls[i], why) != OK)
			return why->code;
	}
	if (proofing_service_secret(&w->proofing, config, why) != OK ||
	    person_service_secret(&w->person, config, why) != OK)
		return why->code;
	return config->log.access ? access_log_file(config->log.access, &w->access_fd, why) : OK;
}

/* A steward that is replaced is linked by the supervisor; only a link that was cut alone is asked for again. */
static void
on_tick(void *arg)
{
	struct worker *w = arg;

	if (w->courier)
		child_keep_link(w->child, ROLE_STEWARD, courier_has_link(w->courier), &w->courier_lost);
	oidc_service_tick(&w->oidc, w->child);
	timer_set(&w->tick, TICK);
}

static void
open_courier(struct worker *w)
{
	if (!outside_wanted(w->child->config))
		return;
	w->courier = courier_linked(w->child->loop);
	courier_tell_waiting(w->courier, &w->child->figures[w->child->seat].value[FIGURE_COURIER_WAITING]);
}

static enum err
open_fronts(struct worker *w, struct problem *why)
{
	const struct config *config = w->child->config;
	const struct registry_front_settings registry = {
		.name_ja = span_text(config->federation.name_ja),
		.name_en = span_text(config->federation.name_en),
		.base_url = span_text(config->federation.base_url),
		.registration_authority = span_text(config->federation.registration_authority),
		.generations = config->generations,
		.keys = config->keys,
		.cache_for = config->publication.cache_for,
		.cache_missing = MISSING_LIFE,
		.pages = config->pages,
		.pages_left_out = config->person ? NULL : person_pages,
	};
	const struct authzen_front_settings authzen = {
		.base_url = config->federation.base_url,
		.access = config->decisions.access,
		.rates = w->child->rates,
		.rate = config->decisions.rate,
		.test = config->jpki.settings.test,
	};
	const struct token_front_settings token = {
		.base_url = config->federation.base_url,
		.rates = w->child->rates,
		.rate = config->decisions.rate,
	};

	open_courier(w);
	if (store_link_open(&w->link, w->child, why) != OK ||
	    address_set_new(config->proxies, config->proxy_count, &w->proxies, why) != OK)
		return why->code;
	w->shelf = policy_shelf_new(w->link.store);
	w->ops = (struct ops){ .child = w->child, .link = &w->link, .shelf = w->shelf, .proofing = &w->proofing };
	w->policy = policy_front_new(w->shelf);
	w->disclosure = (struct disclosure){ w->link.store };
	w->ledger = (struct ledger_front){ w->link.store };
	w->token = token_front_new(w->link.store, &token);
	if (authzen_front_new(w->link.store, w->shelf, &authzen, &w->authzen, why) != OK ||
	    proofing_service_open(&w->proofing, config, loop_turn(w->child->loop), w->courier, w->link.store, w->shelf,
	        w->child, why) != OK)
		return why->code;
	person_service_open(&w->person, w->child, w->link.store, w->shelf,
	    config->jpki.present ? &w->proofing.proofing : NULL);
	oidc_service_open(&w->oidc, w->child, w->link.store, &w->person);
	return registry_front_new(w->child->loop, w->link.store, &registry, &w->registry, why);
}

/* What each kind of listener serves. */
static void
mount(struct worker *w)
{
	const struct daemon_addition *addition = w->child->addition;
	struct mount public[MOUNTS] = {
		{ registry_routes, w->registry },
		{ registry_page_routes(w->registry), w->registry },
		{ policy_routes, w->policy },
		{ authzen_routes, w->authzen },
		{ token_routes, w->token },
		{ disclosure_routes, &w->disclosure },
		{ ledger_routes, &w->ledger },
	};
	const struct mount local[] = { { ops_routes, &w->ops } };
	size_t count = 0;

	while (public[count].routes)
		count++;
	if (w->proofing.front)
		public[count++] = (struct mount){ jpki_routes, w->proofing.front };
	person_service_mount(&w->person, public, &count);
	oidc_service_mount(&w->oidc, public, &count);
	if (addition && addition->routes) {
		void *front = addition->front_new(w->child->loop, w->link.store);

		public[count++] = (struct mount){ addition->routes, front };
	}
	w->routers[LISTEN_PUBLIC] = router_new(public, count);
	w->routers[LISTEN_MACHINES] = router_new(public, count);
	w->routers[LISTEN_LOCAL] = router_new(local, COUNT(local));
}

/* A browser that remembers this for localhost would refuse every other plain server there. */
static bool
is_local_name(const char *url)
{
	static const char local[] = "localhost";
	struct span rest = span_text(url), authority, host;

	while (rest.size && !span_starts(rest, "://"))
		rest = span_skip(rest, 1);
	rest = span_skip(rest, 3);
	authority = span_cut(&rest, '/');
	host = span_cut(&authority, ':');
	return host.size >= sizeof(local) - 1 && span_is(span_skip(host, host.size - (sizeof(local) - 1)), local);
}

static void
serve(struct worker *w)
{
	const struct child *child = w->child;
	const struct config *config = child->config;
	struct http_settings settings = {
		.limits = config->http,
		.proxies = w->proxies,
		.census = child->census,
		.figures = &child->figures[child->seat],
		.access_log = w->access_log,
		.common_fields = span_text(FIELDS_ALL),
		.tls_fields = span_text(is_local_name(config->federation.base_url) ? "" : FIELDS_TLS),
	};

	census_join(child->census, (unsigned)child->seat);
	w->server = http_server_new(child->loop, &settings);
	for (size_t i = 0; i < config->listener_count; i++)
		http_server_listen(w->server, child->listeners[i], w->routers[config->listeners[i].kind], w->tls[i]);
}

static void
on_drained(void *arg)
{
	struct worker *w = arg;

	loop_stop(w->child->loop);
}

static void
on_drain(void *arg)
{
	struct worker *w = arg;

	if (w->draining)
		return;
	w->draining = true;
	http_server_drain(w->server, w->child->config->drain_time, on_drained, w);
}

static void
on_link(void *arg, enum role role, unsigned number, int fd)
{
	struct worker *w = arg;

	(void)number;
	if (role == ROLE_RECORDER)
		store_link_take(&w->link, fd);
	else if (role == ROLE_STEWARD && w->courier)
		courier_link(w->courier, fd);
	else if (role == ROLE_SIGNER)
		oidc_service_link(&w->oidc, fd);
	else
		close(fd);
}

static void
worker_close(struct worker *w)
{
	http_server_free(w->server);
	access_log_free(w->access_log);
	registry_front_free(w->registry);
	authzen_front_free(w->authzen);
	token_front_free(w->token);
	policy_front_free(w->policy);
	oidc_service_close(&w->oidc);
	person_service_close(&w->person);
	proofing_service_close(&w->proofing);
	policy_shelf_free(w->shelf);
	for (size_t i = 0; i < COUNT(w->routers); i++)
		router_free(w->routers[i]);
	store_link_close(&w->link);
	timer_release(&w->tick);
	courier_free(w->courier);
	for (size_t i = 0; i < w->child->config->listener_count; i++)
		tls_free(w->tls[i]);
	free(w->tls);
	address_set_free(w->proxies);
}

/* What one request gives back the next one takes: else the kernel would be asked for it, and fill it with zeros, each
 * time. */
static void
keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 2 * MEMORY_AT_ONCE);
	mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT);
	mallopt(M_TOP_PAD, MEMORY_AT_ONCE);
}

int
worker_main(struct child *child)
{
	static const struct child_duties duties = { .link = on_link, .drain = on_drain };
	struct worker w = { .child = child };
	int status = EXIT_SUCCESS;
	struct problem why;

	keep_memory();
	if (open_secrets(&w, &why) != OK || child_become(child, true, &why) != OK || open_fronts(&w, &why) != OK)
		return child_failed(child, &why);
	mount(&w);
	if (w.access_fd >= 0)
		w.access_log = access_log_new(child->loop, w.access_fd);
	oidc_service_wait(&w.oidc, child->loop);
	timer_init(&w.tick, child->loop, on_tick, &w);
	timer_set(&w.tick, TICK);
	serve(&w);
	if (child_serve(child, &duties, &w, &why) != OK)
		status = child_failed(child, &why);
	worker_close(&w);
	return status;
}
