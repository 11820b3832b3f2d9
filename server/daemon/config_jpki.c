/* daemon/config_jpki.c - the part of the configuration about the My Number card's certificates: "/jpki". */
#include "daemon/config_reading.h"

#include <stdio.h>

#include "codec/oid.h"
#include "net/address.h"
#include "jpki/crl_signer.h"

#define MOST_ANCHORS JPKI_ANCHORS
#define MOST_PROFILES (JPKI_PROFILES - 4) /* beside those the facts tell */
#define MOST_HOSTS 16
#define MOST_RESPONDERS 8
#define MOST_SIGNERS CRL_CERTIFIED
#define MOST_URLS 4096                    /* one for each municipality, and then some */
#define LONGEST_URL COURIER_URL
#define YEN_MOST 1000000000

/* One of `words`, as its number; the first of them is 0 and for nobody to say, when it is empty. */
static unsigned
read_word(struct place p, const char *const *words, size_t count, const char *fallback)
{
	const char *text = place_text(p, 1, 32, fallback);
	struct buffer known = buffer_init(KIB);
	struct arena *a = p.document->arena;
	unsigned found = 0;

	for (size_t i = 0; i < count; i++) {
		if (words[i][0] && strcmp(text, words[i]) == 0)
			found = (unsigned)i + 1;
		if (words[i][0])
			buffer_print(&known, "%s\"%s\"", buffer_span(&known).size ? ", " : "", words[i]);
	}
	buffer_byte(&known, '\0');
	if (!found)
		place_fail(p, arena_print(a, "one of %s", (const char *)buffer_span(&known).data), NULL);
	buffer_release(&known);
	return found ? found - 1 : 0;
}

static enum jpki_purpose
read_purpose(struct place p)
{
	static const char *const words[] = { "", "signature", "authentication" };

	return (enum jpki_purpose)read_word(p, words, COUNT(words), NULL);
}

static enum jpki_medium
read_medium(struct place p)
{
	static const char *const words[] = { "", "card", "phone" };

	return (enum jpki_medium)read_word(p, words, COUNT(words), NULL);
}

/* The test world only where it is switched on: a test certificate in production is nobody's wish. */
static enum jpki_world
read_world(struct place p, bool test)
{
	static const char *const words[] = { "", "production", "test" };
	enum jpki_world world = (enum jpki_world)read_word(p, words, COUNT(words), "production");

	if (world == JPKI_TEST && !test)
		place_fail(p, "\"production\" (\"test\" only with /jpki/test)", NULL);
	return world;
}

static enum revocation_kind
read_kind(struct place p)
{
	static const char *const words[] = { "", "crl", "ocsp", "operator" };

	return (enum revocation_kind)read_word(p, words, COUNT(words), NULL);
}

static bool
has_room(struct place list, size_t most)
{
	struct arena *a = list.document->arena;
	size_t count = place_count(list);

	if (count > most)
		place_fail(list, arena_print(a, "at most %zu elements", most), arena_print(a, "%zu", count));
	return count <= most;
}

/* Whom we believe */

static void
read_anchors(struct reading *r, struct place list, struct jpki_settings *s)
{
	struct jpki_anchor_setting *anchors;

	if (!has_room(list, MOST_ANCHORS))
		return;
	s->anchor_count = place_count(list);
	s->anchors = anchors = arena_array(r->arena, struct jpki_anchor_setting, s->anchor_count);
	for (size_t i = 0; i < s->anchor_count; i++) {
		struct place p = place_element(list, i);

		anchors[i].purpose = read_purpose(place_member(p, "purpose"));
		anchors[i].world = read_world(place_member(p, "world"), s->test);
		anchors[i].file = read_path(r, place_member(p, "file"), NULL, A_FILE);
		/* A test card would prove a person to the same decisions as a real one. */
		if (i && anchors[i].world != anchors[0].world)
			place_fail(p, "authorities of one world: a server for tests has none of production", "both");
	}
}

/* What kind of certificate it is, its policy tells: one is of one profile, also of those the facts tell. */
static void
read_profiles(struct reading *r, struct place list, struct jpki_settings *s)
{
	struct jpki_profiles all = jpki_profiles_known();
	struct jpki_profile_setting *profiles;
	uint8_t oid[OID_LARGEST];
	struct problem why;

	if (!has_room(list, MOST_PROFILES))
		return;
	s->profile_count = place_count(list);
	s->profiles = profiles = arena_array(r->arena, struct jpki_profile_setting, s->profile_count);
	for (size_t i = 0; i < s->profile_count; i++) {
		struct place p = place_element(list, i), policy = place_member(p, "policy");

		profiles[i].purpose = read_purpose(place_member(p, "purpose"));
		profiles[i].medium = read_medium(place_member(p, "medium"));
		profiles[i].world = read_world(place_member(p, "world"), s->test);
		profiles[i].policy = place_text(policy, 3, 120, NULL);
		if (profiles[i].policy[0] && oid_read(span_text(profiles[i].policy), oid) == 0)
			place_fail(policy, "an object identifier such as \"1.2.392.200149.8.5.1.1.20\"", NULL);
		else if (profiles[i].purpose && profiles[i].medium && profiles[i].world &&
		    jpki_profiles_add(&all, r->arena, profiles[i].purpose, profiles[i].medium, profiles[i].world,
			profiles[i].policy, &why) != OK)
			place_fail(policy, arena_print(r->arena, "a policy of its own (%s)", why.text), NULL);
	}
}

/* Who is asked */

/* An address that is written out and internal is never fetched from, whatever it answers, unless it is allowed: that is
 * said before anybody waits for it. `host` begins the text. */
static void
check_reachable(struct reading *r, struct place p, const char *host)
{
	struct config *c = r->config;
	bool brackets = host[0] == '[';
	struct span text = span_of(host + brackets, strcspn(host + brackets, brackets ? "]" : ":/?#"));
	struct address address;
	struct address_set *allowed;
	struct problem why;

	if (!address_read(text, &address) || !address_is_internal(&address) ||
	    address_set_new(c->fetch.internal, c->fetch.internal_count, &allowed, &why) != OK)
		return;
	if (!address_set_has(allowed, &address))
		place_fail(p, "an address that is not internal, or that /fetch/internal has", NULL);
	address_set_free(allowed);
}

static const char *
read_url(struct reading *r, struct place p, bool plain)
{
	const char *text = place_text(p, 8, LONGEST_URL, NULL);
	bool good = strncmp(text, "https://", 8) == 0 || (plain && strncmp(text, "http://", 7) == 0);

	for (const char *c = text; *c; c++)
		good = good && *c > ' ' && *c <= '~';
	if (!good)
		place_fail(p, plain ? "a URL with https: or http:" : "a URL with https:", NULL);
	else
		check_reachable(r, p, strstr(text, "//") + 2);
	return text;
}

static void
read_hosts(struct reading *r, struct place list, struct ocsp_settings *ocsp)
{
	const char **hosts = read_texts(list, MOST_HOSTS, 255, &ocsp->host_count);

	for (size_t i = 0; i < ocsp->host_count; i++) {
		if (strpbrk(hosts[i], "/@?# "))
			place_fail(place_element(list, i), "a host, perhaps with a port: \"ocsp.example:8080\"", NULL);
		else
			check_reachable(r, place_element(list, i), hosts[i]);
	}
	ocsp->hosts = hosts;
}

static const char *const *
read_files(struct reading *r, struct place list, size_t most, size_t *count)
{
	const char **files = read_texts(list, most, 1024, count);

	for (size_t i = 0; i < *count; i++)
		files[i] = read_path(r, place_element(list, i), NULL, A_FILE);
	return files;
}

static void
read_ocsp(struct reading *r, struct place p, struct jpki_source_setting *s)
{
	static const char *const nonces[] = { "try", "require", "off" };
	struct place url = place_member(p, "url"), hosts = place_member(p, "hosts"),
	             responders = place_member(p, "responders");
	struct ocsp_settings *ocsp = &s->ocsp;

	if (place_exists(url) == place_exists(hosts))
		place_fail(p, "a url or hosts", place_exists(url) ? "both" : "neither");
	if (place_exists(url))
		ocsp->url = read_url(r, url, true);
	read_hosts(r, hosts, ocsp);
	ocsp->rules.nonce = (enum ocsp_nonce)read_word(place_member(p, "nonce"), nonces, COUNT(nonces), "try");
	ocsp->rules.skew = place_duration(place_member(p, "skew"), 0, HOUR, SECONDS(60));
	ocsp->rules.oldest = place_duration(place_member(p, "oldest"), SECONDS(60), 30 * DAY, DAY);
	ocsp->rules.sha256 = place_boolean(place_member(p, "sha256"), false);
	ocsp->rules.unchecked_delegates = place_boolean(place_member(p, "unchecked_delegates"), false);
	s->responders = read_files(r, responders, MOST_RESPONDERS, &s->responder_count);
	ocsp->time = place_duration(place_member(p, "time"), SECONDS(1), COURIER_TIME, SECONDS(5));
	ocsp->cache = place_duration(place_member(p, "cache"), 0, DAY, 0);
	ocsp->cached = (size_t)place_integer(place_member(p, "cached"), 1, 1000000, 10000);
}

static void
read_platform(struct reading *r, struct place p, struct operator_settings *s)
{
	struct place token = place_member(p, "token_file");

	s->at.url = read_url(r, place_member(p, "url"), r->config->fetch.plain_http);
	if (place_exists(token))
		s->at.token_file = read_path(r, token, NULL, A_FILE);
	s->at.time = place_duration(place_member(p, "time"), SECONDS(1), COURIER_TIME, SECONDS(5));
	s->oldest = place_duration(place_member(p, "oldest"), SECONDS(60), 30 * DAY, 2 * DAY);
	s->skew = place_duration(place_member(p, "skew"), 0, HOUR, SECONDS(60));
}

static void
read_lists_source(struct place p, struct crl_policy *s)
{
	s->grace = place_duration(place_member(p, "grace"), 0, 7 * DAY, 0);
	s->require_delta = place_boolean(place_member(p, "require_delta"), false);
	s->across_generations = place_boolean(place_member(p, "across_generations"), false);
}

static void
read_sources(struct reading *r, struct place list, struct jpki_settings *settings)
{
	struct jpki_source_setting *sources;

	if (!has_room(list, REVOCATION_SOURCES))
		return;
	settings->source_count = place_count(list);
	settings->sources = sources = arena_array(r->arena, struct jpki_source_setting, settings->source_count);
	for (size_t i = 0; i < settings->source_count; i++) {
		struct place p = place_element(list, i), kind = place_member(p, "kind");

		sources[i].name = place_text(place_member(p, "name"), 1, 64, NULL);
		sources[i].kind = read_kind(kind);
		if (place_exists(place_member(p, "purpose")))
			sources[i].purpose = read_purpose(place_member(p, "purpose"));
		if (sources[i].kind == REVOCATION_BY_OCSP)
			read_ocsp(r, p, &sources[i]);
		else if (sources[i].kind == REVOCATION_BY_OPERATOR)
			read_platform(r, p, &sources[i].platform);
		else if (sources[i].kind == REVOCATION_BY_CRL)
			read_lists_source(p, &sources[i].lists);
		if (sources[i].kind == REVOCATION_BY_CRL && !settings->lists)
			place_fail(kind, "/jpki/lists beside it", "none");
		for (size_t before = 0; before < i; before++)
			if (strcmp(sources[before].name, sources[i].name) == 0)
				place_fail(place_member(p, "name"), "another name for each source", NULL);
	}
}

/* Who links certificates. What the Act has a service for is asked unless it says otherwise. */

static unsigned
read_relations(struct place list)
{
	static const char *const words[] = { "", "medium", "purpose", "renewal" };
	unsigned relations = 0;

	if (!place_exists(list))
		return LINKAGE_BIT(LINKAGE_MEDIUM) | LINKAGE_BIT(LINKAGE_PURPOSE);
	if (place_count(list) == 0)
		place_fail(list, "at least one of \"medium\", \"purpose\", \"renewal\"", "none");
	if (!has_room(list, COUNT(words) - 1))
		return 0;
	for (size_t i = 0; i < place_count(list); i++)
		relations |= LINKAGE_BIT(read_word(place_element(list, i), words, COUNT(words), NULL));
	return relations;
}

static void
read_linkage(struct reading *r, struct place p, struct jpki_settings *s)
{
	if (!place_exists(p))
		return;
	s->linkage.platform.name = place_text(place_member(p, "name"), 1, 64, NULL);
	s->linkage.relations = read_relations(place_member(p, "relations"));
	read_platform(r, p, &s->linkage.platform);
}

/* Revocation lists */

static void
read_lists(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place urls = place_member(p, "urls"), watch = place_member(p, "watch");
	struct jpki_settings *s = &c->jpki.settings;

	if (!place_exists(p))
		return;
	s->lists = read_path(r, place_member(p, "directory"), "crl", ITS_PARENT);
	c->jpki.lists.refresh = place_duration(place_member(p, "refresh"), SECONDS(60), 7 * DAY, 6 * HOUR);
	c->jpki.lists.largest = (size_t)place_integer(place_member(p, "largest"), KIB, GIB, 64 * MIB);
	c->jpki.lists.urls = read_texts(urls, MOST_URLS, LONGEST_URL, &c->jpki.lists.url_count);
	for (size_t i = 0; i < c->jpki.lists.url_count; i++)
		read_url(r, place_element(urls, i), true);
	if (place_exists(watch))
		c->jpki.lists.watch = read_path(r, watch, NULL, A_DIRECTORY);
	s->list_signers = read_files(r, place_member(p, "signers"), MOST_SIGNERS, &s->list_signer_count);
}

/* What it costs */

/* Who links certificates has a price of its own: what is for any source is for checks alone. Looking into lists that
 * are at hand asks nobody, so nobody is charged for it: a price for that would look as if it were. */
static void
read_priced(struct place p, struct check_price *price)
{
	static const char *const words[] = { "", "ocsp", "operator", "linkage" };
	static const enum revocation_kind kinds[] = {
		REVOCATION_BY_NOTHING, REVOCATION_BY_OCSP, REVOCATION_BY_OPERATOR, REVOCATION_BY_NOTHING,
	};
	unsigned kind;

	if (json_is_string(p.value) && strcmp(json_string_value(p.value), "crl") == 0) {
		place_fail(p, "no price for a look into revocation lists: nobody is asked, so nobody is ever charged; "
		    "what the lists cost belongs into /jpki/costs/running_cost", NULL);
		return;
	}
	kind = read_word(p, words, COUNT(words), NULL);
	price->linkage = kind == COUNT(words) - 1;
	price->kind = kinds[kind];
}

static void
read_prices(struct reading *r, struct place list)
{
	struct config *c = r->config;
	struct check_price *prices;

	if (!has_room(list, PRICES_LARGEST))
		return;
	c->jpki.costs.price_count = place_count(list);
	c->jpki.costs.prices = prices = arena_array(r->arena, struct check_price, c->jpki.costs.price_count);
	for (size_t i = 0; i < c->jpki.costs.price_count; i++) {
		struct place p = place_element(list, i), purpose = place_member(p, "purpose"),
		             medium = place_member(p, "medium"), kind = place_member(p, "kind");

		if (place_exists(purpose))
			prices[i].purpose = read_purpose(purpose);
		if (place_exists(medium))
			prices[i].medium = read_medium(medium);
		if (place_exists(kind))
			read_priced(kind, &prices[i]);
		prices[i].yen = place_integer(place_required(place_member(p, "yen")), 0, YEN_MOST, 0);
	}
}

static void
read_costs(struct reading *r, struct place p)
{
	static const char *const shares[] = { "nothing", "equally", "by-checks" };
	struct config *c = r->config;

	read_prices(r, place_member(p, "prices"));
	c->jpki.costs.running_cost = place_integer(place_member(p, "running_cost"), 0, YEN_MOST, 0);
	c->jpki.costs.share =
	    (enum cost_share)read_word(place_member(p, "share"), shares, COUNT(shares), "nothing");
}

void
read_jpki(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place secret = place_member(p, "handle_secret");

	c->jpki.present = place_exists(p);
	if (!c->jpki.present)
		return;
	c->jpki.settings.test = place_boolean(place_member(p, "test"), false);
	c->jpki.settings.ecdsa = place_boolean(place_member(p, "ecdsa"), false);
	read_anchors(r, place_member(p, "anchors"), &c->jpki.settings);
	read_profiles(r, place_member(p, "profiles"), &c->jpki.settings);
	read_lists(r, place_member(p, "lists"));
	read_sources(r, place_member(p, "sources"), &c->jpki.settings);
	read_linkage(r, place_member(p, "linkage"), &c->jpki.settings);
	c->jpki.operator = place_text(place_member(p, "operator"), 1, 64, "");
	c->jpki.handle_secret = read_path(r, secret, NULL, A_FILE);
	c->jpki.challenge_for = place_duration(place_member(p, "challenge_for"), SECONDS(30), HOUR, SECONDS(600));
	c->jpki.outcome_for = place_duration(place_member(p, "outcome_for"), SECONDS(60), 31 * DAY, HOUR);
	/* Until the next accreditation (Rule 82(6)), which lasts a year (Cabinet Order Art. 10). */
	c->jpki.log_for = place_duration(place_member(place_member(p, "retention"), "log"), 366 * DAY, 3660 * DAY,
	    400 * DAY);
	c->jpki.rate = (unsigned)place_integer(place_member(p, "rate"), 0, 1000000, 100);
	read_costs(r, place_member(p, "costs"));
}
