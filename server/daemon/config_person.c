/* daemon/config_person.c - the part of the configuration about persons' accounts and logins: "/person". */
#include "daemon/config_person.h"

#include "daemon/config_reading.h"
#include "net/origin.h"

#define MOST_ORIGINS 16
#define LONGEST_ORIGIN 256
#define LONGEST_ENTITY 1024
#define MOST_OF_A_LIMIT 1000000

/* What is asked: a profile, or least levels of areas. */

static void
read_areas(struct reading *r, struct place p, struct requirement_name *out)
{
	void *cursor = NULL;
	const char *area;
	struct place level;

	while (place_next(p, &cursor, &area, &level)) {
		if (out->area_count == REQUIREMENT_AREAS) {
			place_fail(p, arena_print(r->arena, "at most %d areas", REQUIREMENT_AREAS), "more");
			return;
		}
		out->areas[out->area_count++] = (struct requirement_area){ span_text(area),
			span_text(place_text(level, 1, 16, NULL)) };
	}
}

static void
read_requirement(struct reading *r, struct place p, struct requirement_name *out)
{
	struct place profile = place_member(p, "profile"), levels = place_member(p, "levels");

	if (!place_exists(p))
		return;
	out->framework = span_text(place_text(place_member(p, "framework"), 1, 64, NULL));
	if (place_exists(profile) == place_exists(levels))
		place_fail(p, "either \"profile\" or \"levels\"", place_exists(profile) ? "both" : "neither");
	else if (place_exists(profile))
		out->profile = span_text(place_text(profile, 1, 64, NULL));
	else
		read_areas(r, levels, out);
}

static void
read_requirements(struct reading *r, struct place p, struct person_config *out)
{
	static const char *const personas[] = { NULL, "administrative", "business", "private" };
	struct place staff = place_member(p, "staff"), of_personas = place_member(p, "personas");

	read_requirement(r, place_required(place_member(p, "account")), &out->account);
	read_requirement(r, place_required(place_member(p, "change")), &out->change);
	/* Without it there is no staff: nobody is a registrar for less than somebody chose. */
	read_requirement(r, staff, &out->staff);
	for (size_t i = 1; i < COUNT(personas); i++)
		read_requirement(r, place_member(of_personas, personas[i]), &out->personas[i]);
}

/* Passkeys belong to a domain (WebAuthn L3 s5.1.2), which is the base URL's host or one above it. */

static const char *
base_host(const struct reading *r)
{
	struct span rest = span_text(r->config->federation.base_url), host;

	while (rest.size && !span_starts(rest, "://"))
		rest = span_skip(rest, 1);
	rest = span_skip(rest, 3);
	rest = span_cut(&rest, '/');
	host = span_cut(&rest, ':');
	return arena_text(r->arena, host);
}

static bool
is_above(const char *domain, const char *host)
{
	size_t size = strlen(domain), of = strlen(host);

	return strcmp(domain, host) == 0 ||
	    (of > size && strcmp(host + (of - size), domain) == 0 && host[of - size - 1] == '.');
}

static void
read_passkeys(struct reading *r, struct place p, struct person_config *out)
{
	struct place domain = place_member(p, "domain"), related = place_member(p, "related_origins");
	const char *host = base_host(r);
	struct problem why;

	out->domain = place_text(domain, 1, 253, host);
	if (place_exists(domain) && !is_above(out->domain, host))
		place_fail(domain, arena_print(r->arena, "\"%s\" or a domain above it", host), out->domain);
	out->related_origins = read_texts(related, MOST_ORIGINS, LONGEST_ORIGIN, &out->related_origin_count);
	for (size_t i = 0; i < out->related_origin_count; i++)
		if (origin_check(span_text(out->related_origins[i]), "", &why) != OK)
			place_fail(place_element(related, i), "an origin such as \"https://other.example\"",
			    out->related_origins[i]);
}

/* Of one address, behind which a household may be, or a town hall. */
static void
read_limits(struct place p, struct person_config *out)
{
	static const struct { const char *name; int64_t within; int64_t most; } limits[PERSON_LIMITS] = {
		[LIMIT_LOGINS] = { "logins", SECONDS(60), 120 },
		[LIMIT_TRIES] = { "tries", SECONDS(60), 600 },
		[LIMIT_ENROLMENTS] = { "enrolments", HOUR, 120 },
		[LIMIT_ACCOUNTS] = { "accounts", HOUR, 30 },
	};

	for (size_t i = 0; i < COUNT(limits); i++)
		out->limits[i] = (struct rate_limit){ (unsigned)place_integer(place_member(p, limits[i].name), 0,
		    MOST_OF_A_LIMIT, limits[i].most), limits[i].within };
}

void
read_person(struct reading *r, struct place p)
{
	struct place session = place_member(p, "session"), idle = place_member(session, "idle");
	struct person_config *out;

	if (!place_exists(p))
		return;
	r->config->person = out = arena_new(r->arena, struct person_config);
	out->secret = read_path(r, place_member(p, "secret"), NULL, A_FILE);
	out->relying_party = place_text(place_member(p, "relying_party"), 1, LONGEST_ENTITY, NULL);
	out->identity_provider = place_text(place_member(p, "identity_provider"), 1, LONGEST_ENTITY, NULL);
	read_requirements(r, place_member(p, "requirements"), out);
	out->session.lasts = place_duration(place_member(session, "lasts"), SECONDS(60), DAY, 12 * HOUR);
	out->session.idle = place_duration(idle, SECONDS(60), DAY, HOUR / 2);
	if (out->session.idle > out->session.lasts)
		place_fail(idle, "at most /person/session/lasts", NULL);
	out->login_for = place_duration(place_member(p, "login_for"), SECONDS(60), HOUR, SECONDS(600));
	out->parent_age = place_duration(place_member(p, "parent_age"), HOUR, 90 * DAY, DAY);
	read_passkeys(r, place_member(p, "passkeys"), out);
	read_limits(place_member(p, "limits"), out);
}
