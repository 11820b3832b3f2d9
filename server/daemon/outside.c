/* daemon/outside.c - the steward's end of what workers ask of servers outside. */
#include "daemon/outside.h"

#include <stdlib.h>

#define AT_ONCE 64
/* A source names one address, or both schemes of 16 hosts; one more is whoever links certificates. */
#define MOST_ADDRESSES (REVOCATION_SOURCES * 32 + 1)
#define ARENA (MOST_ADDRESSES * KIB)

struct outside {
	struct fetcher *fetcher;
	struct courier_desk *desk;
};

bool
outside_wanted(const struct config *config)
{
	for (size_t i = 0; i < config->jpki.settings.source_count; i++)
		if (config->jpki.settings.sources[i].kind != REVOCATION_BY_CRL)
			return true;
	return config->jpki.settings.linkage.relations != 0;
}

/* A responder's answer is signed, so plain HTTP is as good (RFC 6960 A.1); an operator's has https: from the
 * configuration. */
static size_t
name_addresses(struct arena *a, const struct jpki_settings *s, const char **urls)
{
	size_t count = 0;

	for (size_t i = 0; i < s->source_count; i++) {
		const struct jpki_source_setting *from = &s->sources[i];
		const struct ocsp_settings *ocsp = &from->ocsp;

		if (from->kind == REVOCATION_BY_OPERATOR)
			urls[count++] = from->platform.at.url;
		if (from->kind == REVOCATION_BY_OCSP && ocsp->url)
			urls[count++] = ocsp->url;
		for (size_t n = 0; from->kind == REVOCATION_BY_OCSP && n < ocsp->host_count; n++) {
			urls[count++] = arena_print(a, "http://%s", ocsp->hosts[n]);
			urls[count++] = arena_print(a, "https://%s", ocsp->hosts[n]);
		}
	}
	if (s->linkage.relations)
		urls[count++] = s->linkage.platform.at.url;
	return count;
}

struct outside *
outside_new(struct loop *loop, const struct config *config, const struct address_set *internal)
{
	const struct fetcher_settings settings = {
		.plain_http = true,
		.internal = internal,
		.authorities = config->fetch.authorities,
		.at_once = AT_ONCE,
	};
	struct arena a = arena_init(ARENA);
	const char **urls = arena_array(&a, const char *, MOST_ADDRESSES);
	size_t count = name_addresses(&a, &config->jpki.settings, urls);
	struct outside *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->fetcher = fetcher_new(loop, &settings);
	o->desk = courier_desk_new(loop, o->fetcher, urls, count);
	arena_release(&a);
	return o;
}

void
outside_free(struct outside *o)
{
	if (!o)
		return;
	courier_desk_free(o->desk);
	fetcher_free(o->fetcher);
	free(o);
}

void
outside_link(struct outside *o, int fd)
{
	courier_desk_link(o->desk, fd);
}

struct fetcher *
outside_fetcher(struct outside *o)
{
	return o->fetcher;
}
