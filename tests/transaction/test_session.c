/* tests/transaction/test_session.c - browsers that are logged in: their rows, whom a cookie makes somebody, and when no
 * longer.
 */
#include "expect.h"
#include "store/look.h"

#include "crypto/digest.h"
#include "store/memory.h"
#include "transaction/session/browser_name.h"
#include "transaction/session/session.h"

static const struct table *const tables[] = {
	&session_table, &account_table, &account_name_table, &credential_table, &credential_name_table,
	&credential_model_table, NULL,
};

static const struct session_settings settings = { .lasts = SECONDS(12 * 3600), .idle = SECONDS(1800) };

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct cookie_secret cookie;
	struct account account;
	struct session session;
	struct credential credential;
	struct message request;
	struct exchange exchange;
	bool done;
	enum err err;
	struct problem why;
	struct session found;
	struct account whose;
} world;

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	world.err = c->code;
}

static void
run(void)
{
	while (!world.done && store_memory_step(world.store, world.now))
		continue;
	expect_true("what was started has an end", world.done);
}

static struct unit *
unit(void)
{
	return unit_new(&world.arena, tables, id_new(world.now));
}

static void
put(const struct unit *u)
{
	world.done = false;
	store_commit(world.store, u, on_put, NULL);
	run();
	expect_number("it is stored", world.err, OK);
}

static struct stage_look
look(struct ask ask)
{
	struct stage_look l;

	stage_look_start(&l, world.store, &world.arena, ask);
	while (!l.done)
		store_memory_step(world.store, world.now);
	return l;
}

static void
put_credential(enum credential_state state)
{
	struct unit *u = unit();

	world.credential.state = state;
	credential_put(u, &world.arena, &world.credential);
	put(u);
	world.credential.generation = look(credential_ask(&world.arena, &world.account.id,
	    &world.credential.id)).rows[0].generation;
}

/* Somebody logged in at noon, by a passkey. */
static void
set_up(uint64_t seed)
{
	struct unit *u;

	world = (struct world){ .arena = arena_init(64 * MIB) };
	assert_true(instant_read(span_text("2026-11-22T12:00:00Z"), &world.now));
	world.store = store_memory_new(tables, ROLE_WORKER, seed);
	world.account = account_new(world.now);
	world.account.standing = ACCOUNT_FULL;
	world.cookie = cookie_secret_new();
	world.credential = (struct credential){ .account = world.account.id, .id = id_new(world.now),
		.kind = CREDENTIAL_RECOVERY, .name = span_text("paper"), .issued = world.now };
	world.session = (struct session){ .id = id_new(world.now), .account = world.account.id, .begun = world.now,
		.seen = world.now, .expires = instant_after(world.now, settings.lasts),
		.where = span_text("Firefox, 203.0.113.7"), .authentication_count = 1,
		.authentications = { { .credential = world.credential.id, .kind = CREDENTIAL_RECOVERY, .at = world.now,
		    .facts = span_text("{\"token.hardware\":true}") } } };
	memcpy(world.session.key, world.cookie.digest, sizeof(world.session.key));
	u = unit();
	account_put(u, &world.arena, &world.account);
	session_put(u, &world.session);
	put(u);
	put_credential(CREDENTIAL_ACTIVE);
	world.exchange = (struct exchange){ .request = &world.request, .arena = &world.arena };
}

static void
tear_down(void)
{
	store_free(world.store);
	arena_release(&world.arena);
}

static void
on_identified(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK) {
		world.found = *session;
		world.whose = *account;
	} else {
		world.why = *why;
	}
}

static enum err
identify(const char *cookie)
{
	world.request = (struct message){ .header_count = cookie ? 1 : 0,
		.headers = { { span_text("Cookie"), span_text(cookie) } } };
	world.done = false;
	session_identify(world.store, &world.exchange, &settings, world.now, on_identified, NULL);
	expect_true("nothing is answered before the call returns", !world.done);
	run();
	return world.err;
}

static const char *
own_cookie(void)
{
	return arena_print(&world.arena, "a=b; " SESSION_COOKIE "=%s", world.cookie.text);
}

static void
a_row_is_read_as_it_was_written(void **state)
{
	struct buffer b = buffer_init(64 * KIB);
	struct session again;

	(void)state;
	set_up(1);
	session_write(&b, &world.session);
	expect_true("read", session_read(buffer_span(&b), &again));
	expect_true("whose", memcmp(&again.account, &world.account.id, sizeof(struct id)) == 0 &&
	    memcmp(again.key, world.cookie.digest, 32) == 0);
	expect_true("when", again.begun.us == world.now.us && again.seen.us == world.now.us &&
	    again.expires.us == world.session.expires.us);
	expect_span("where", again.where, "Firefox, 203.0.113.7");
	expect_number("how often", again.authentication_count, 1);
	expect_span("what was seen", again.authentications[0].facts, "{\"token.hardware\":true}");
	expect_number("with what", again.authentications[0].kind, CREDENTIAL_RECOVERY);
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("a part of it is none", !session_read(span_first(buffer_span(&b), cut), &again));
	buffer_byte(&b, 0);
	expect_true("nor with something behind it", !session_read(buffer_span(&b), &again));
	buffer_release(&b);
	tear_down();
}

static void
a_cookie_makes_somebody(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		set_up(seed);
		expect_ok("found", identify(own_cookie()), &world.why);
		expect_text("its account", world.whose.number, world.account.number);
		expect_number("its authentication", world.found.authentication_count, 1);
		expect_problem("no cookie", identify(NULL), &world.why, ERR_DENIED, "nobody is logged in");
		expect_problem("another's", identify(arena_print(&world.arena, SESSION_COOKIE "=%s",
		    cookie_secret_new().text)), &world.why, ERR_DENIED, "nobody is logged in");
		expect_problem("two of them", identify(arena_print(&world.arena, "%s; %s", own_cookie(),
		    own_cookie())), &world.why, ERR_DENIED, "nobody is logged in");
		expect_problem("under another name", identify(arena_print(&world.arena, "__Host-watashi-login=%s",
		    world.cookie.text)), &world.why, ERR_DENIED, "nobody is logged in");
		tear_down();
	}
}

static void
it_ends_by_time(void **state)
{
	static const struct {
		const char *title;
		int64_t steps[3]; /* seconds after the one before, at which somebody is there */
		int64_t then;
		bool there;
	} cases[] = {
		{ "just before it is idle for too long", { 0 }, 1799, true },
		{ "idle for too long", { 0 }, 1800, false },
		{ "somebody was there meanwhile", { 1000, 1000 }, 1000, true },
		{ "somebody was there, and then nobody", { 1000, 1000 }, 1801, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		set_up(i + 1);
		for (size_t n = 0; n < COUNT(cases[i].steps) && cases[i].steps[n]; n++) {
			world.now = instant_after(world.now, SECONDS(cases[i].steps[n]));
			expect_ok(cases[i].title, identify(own_cookie()), &world.why);
		}
		world.now = instant_after(world.now, SECONDS(cases[i].then));
		if (cases[i].there)
			expect_ok(cases[i].title, identify(own_cookie()), &world.why);
		else
			expect_problem(cases[i].title, identify(own_cookie()), &world.why, ERR_DENIED, "it has ended");
		tear_down();
	}
	set_up(9);
	for (int64_t at = 0; at < 12 * 3600 - 1200; at += 1200) {
		world.now = instant_after(world.now, SECONDS(1200));
		expect_ok("never idle", identify(own_cookie()), &world.why);
	}
	world.now = instant_after(world.now, SECONDS(1200));
	expect_problem("and yet it has an end", identify(own_cookie()), &world.why, ERR_DENIED, "it has ended");
	tear_down();
}

/* Bound by a certificate that stands so, as it was looked at a quarter of an hour ago. */
static void
bind_parent(enum parent_status parent)
{
	world.credential.parent = parent;
	world.credential.parent_handle = span_text("handle");
	world.credential.parent_checked = instant_after(world.now, -SECONDS(900));
	world.credential.changed = world.now;
	put_credential(CREDENTIAL_ACTIVE);
}

/* What the session has seen, as it stands there. */
static void
put_facts(const char *facts)
{
	struct unit *u = unit();

	world.session.authentications[0].facts = span_text(facts);
	world.session.generation = look(session_ask(world.cookie.digest)).rows[0].generation;
	session_put(u, &world.session);
	put(u);
}

#define SEEN_GOOD "{\"binding.parent_checked\":0,\"binding.parent_status\":\"good\",\"token.hardware\":true}"

/* Whoever is logged in stays so: what the authenticator is worth now is policy's. */
static void
a_certificate_that_lapses_meanwhile_is_seen(void **state)
{
	static const struct {
		const char *title;
		int64_t later;
		enum parent_status parent;
		const char *facts;
	} cases[] = {
		{ "as it was at noon", 0, PARENT_GOOD, "{\"binding.parent_status\":{\"value\":\"good\","
		    "\"at\":\"2026-11-22T12:00:00Z\"},\"binding.parent_checked\":{\"value\":900,"
		    "\"at\":\"2026-11-22T12:00:00Z\"},\"token.hardware\":true}" },
		{ "revoked ten minutes later, told by the first request after", 600, PARENT_LAPSED,
		    "{\"binding.parent_status\":{\"value\":\"lapsed\",\"at\":\"2026-11-22T12:10:00Z\"},"
		    "\"binding.parent_checked\":{\"value\":900,\"at\":\"2026-11-22T12:10:00Z\"},"
		    "\"token.hardware\":true}" },
		{ "and by each that follows, once", 120, PARENT_LAPSED,
		    "{\"binding.parent_status\":{\"value\":\"lapsed\",\"at\":\"2026-11-22T12:12:00Z\"},"
		    "\"binding.parent_checked\":{\"value\":900,\"at\":\"2026-11-22T12:12:00Z\"},"
		    "\"token.hardware\":true}" },
		{ "and if what it is now is bound by none, so is what was seen", 60, PARENT_NONE,
		    "{\"binding.parent_status\":{\"value\":\"none\",\"at\":\"2026-11-22T12:13:00Z\"},"
		    "\"token.hardware\":true}" },
	};

	(void)state;
	set_up(5);
	put_facts(SEEN_GOOD);
	for (size_t i = 0; i < COUNT(cases); i++) {
		world.now = instant_after(world.now, SECONDS(cases[i].later));
		bind_parent(cases[i].parent);
		expect_ok(cases[i].title, identify(own_cookie()), &world.why);
		expect_number("logged in", world.found.authentication_count, 1);
		expect_span(cases[i].title, world.found.authentications[0].facts, cases[i].facts);
	}
	tear_down();
}

/* What a certificate was seen to be may be so no more, and what else was seen nobody can tell from it. */
static void
facts_that_cannot_be_read_show_nothing(void **state)
{
	static const struct { const char *title, *facts; enum parent_status parent; const char *left; } cases[] = {
		{ "cut short", "{\"binding.parent_checked\":0,\"token.hardware\":true", PARENT_GOOD, "" },
		{ "no object", "[\"binding.parent_checked\"]", PARENT_GOOD, "" },
		{ "something behind them", SEEN_GOOD "}", PARENT_LAPSED, "" },
		{ "one name twice", "{\"binding.parent_checked\":0,\"token.kinds\":[],\"token.kinds\":[\"passkey\"]}",
		    PARENT_GOOD, "" },
		{ "of no certificate they are nobody's to read here", "{\"token.hardware\":", PARENT_NONE,
		    "{\"token.hardware\":" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		set_up(i + 1);
		put_facts(cases[i].facts);
		bind_parent(cases[i].parent);
		expect_ok("it is a login still", identify(own_cookie()), &world.why);
		expect_number(cases[i].title, world.found.authentication_count, 1);
		expect_span(cases[i].title, world.found.authentications[0].facts, cases[i].left);
		tear_down();
	}
}

static uint64_t
generation(void)
{
	return look(session_ask(world.cookie.digest)).rows[0].generation;
}

static void
that_somebody_was_there_is_written_once_a_minute(void **state)
{
	uint64_t first, second;

	(void)state;
	set_up(3);
	first = generation();
	world.now = instant_after(world.now, SECONDS(59));
	expect_ok("a minute has not passed", identify(own_cookie()), &world.why);
	expect_number("nothing is written", generation(), first);
	world.now = instant_after(world.now, SECONDS(1));
	expect_ok("it has", identify(own_cookie()), &world.why);
	second = generation();
	expect_true("it is written", second != first);
	expect_number("and told with what is found", world.found.generation, second);
	world.now = instant_after(world.now, SECONDS(120));
	store_memory_fail_commits(world.store, 1, ERR_FULL);
	expect_ok("where nothing can be written reading goes on", identify(own_cookie()), &world.why);
	expect_number("as it was", generation(), second);
	store_memory_fail_commits(world.store, 3, ERR_CONFLICT);
	expect_problem("not without an end", identify(own_cookie()), &world.why, ERR_UNAVAILABLE, "again and again");
	store_memory_fail_commits(world.store, 1, ERR_CONFLICT);
	expect_ok("who was overtaken looks again", identify(own_cookie()), &world.why);
	tear_down();
}

/* A second later. */
static void
take_step(enum credential_step step)
{
	struct credential *c = &world.credential;
	bool changed;

	world.now = instant_after(world.now, SECONDS(1));
	expect_ok("a step", credential_take(c, step, &(struct credential_because){ .now = world.now }, &changed,
	    &world.why), &world.why);
	put_credential(c->state);
}

/* By the authenticator as it is now, or by nothing that anybody stops. */
static void
log_in_again(size_t at, bool by_it)
{
	struct unit *u = unit();

	world.session.authentications[at] = (struct authentication){ .kind = CREDENTIAL_RECOVERY, .at = world.now };
	if (by_it)
		world.session.authentications[at].credential = world.credential.id;
	world.session.authentication_count = at + 1;
	world.session.generation = look(session_ask(world.cookie.digest)).rows[0].generation;
	session_put(u, &world.session);
	put(u);
}

static void
who_takes_an_authenticator_back_ends_what_it_began(void **state)
{
	static const struct {
		const char *title;
		enum credential_step steps[2];
		enum { ALONE, ANEW, BESIDE } how;
		size_t counts; /* authentications; 0: nobody is in */
	} cases[] = {
		{ "as it was", { CREDENTIAL_ACTIVATE }, ALONE, 1 },
		{ "suspended", { CREDENTIAL_SUSPEND }, ALONE, 0 },
		{ "locked", { CREDENTIAL_LOCK }, ALONE, 0 },
		{ "revoked", { CREDENTIAL_REVOKE }, ALONE, 0 },
		{ "suspended and resumed", { CREDENTIAL_SUSPEND, CREDENTIAL_RESUME }, ALONE, 0 },
		{ "locked and unlocked", { CREDENTIAL_LOCK, CREDENTIAL_UNLOCK }, ALONE, 0 },
		{ "resumed, and used since", { CREDENTIAL_SUSPEND, CREDENTIAL_RESUME }, ANEW, 1 },
		{ "resumed, beside another that nobody stopped", { CREDENTIAL_SUSPEND, CREDENTIAL_RESUME }, BESIDE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		set_up(i + 1);
		for (size_t n = 0; n < COUNT(cases[i].steps) && cases[i].steps[n]; n++)
			take_step(cases[i].steps[n]);
		if (cases[i].how != ALONE)
			log_in_again(cases[i].how == BESIDE, cases[i].how == ANEW);
		if (cases[i].counts) {
			expect_ok(cases[i].title, identify(own_cookie()), &world.why);
			expect_number(cases[i].title, world.found.authentication_count, cases[i].counts);
		} else {
			expect_problem(cases[i].title, identify(own_cookie()), &world.why, ERR_DENIED, "nobody");
		}
		tear_down();
	}
}

static void
an_account_that_is_no_more_has_no_session(void **state)
{
	struct unit *u;

	(void)state;
	set_up(1);
	world.account.standing = ACCOUNT_ERASED;
	world.account.generation = look(account_ask(&world.account.id)).rows[0].generation;
	u = unit();
	account_put(u, &world.arena, &world.account);
	put(u);
	expect_problem("erased", identify(own_cookie()), &world.why, ERR_DENIED, "is no more");
	u = unit();
	unit_put(u, &session_table, span_of(world.cookie.digest, 32), span_text("\x7f..."));
	put(u);
	expect_problem("of another form it is not none", identify(own_cookie()), &world.why, ERR_UNAVAILABLE,
	    "form this build does not know");
	tear_down();
}

static void
a_browser_has_a_name(void **state)
{
	static const struct { const char *says, *name; } cases[] = {
		{ "", "" },
		{ "nothing of ours <script>", "" },
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox (Linux)" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
		  "Safari/537.36 Edg/140.0.0.0", "Edge (Windows)" },
		{ "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
		  "Safari/537.36", "Chrome (Android)" },
		{ "Mozilla/5.0 (Linux; Android 15; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
		  "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet (Android)" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		  "Version/18.5 Mobile/15E148 Safari/604.1", "Safari (iPhone)" },
		{ "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		  "CriOS/138.0 Mobile/15E148 Safari/604.1", "Chrome (iPad)" },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		  "Version/18.5 Safari/605.1.15", "Safari (Mac)" },
		{ "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
		  "Safari/537.36", "Chrome (ChromeOS)" },
		{ "curl/8.14.1", "curl" },
		{ "Something (Windows)", "(Windows)" },
	};
	char name[BROWSER_NAME], long_text[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].says, browser_name(span_text(cases[i].says), name), cases[i].name);
	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text + 600, "Firefox/1", 9);
	expect_text("it is not looked for without an end", browser_name(span_of(long_text, sizeof(long_text)), name),
	    "");
	set_up(1);
	world.request = (struct message){ .header_count = 1, .headers = { { span_text("User-Agent"),
	    span_text("Firefox/1 (Linux)") } } };
	assert_true(address_read(span_text("203.0.113.7"), &world.exchange.peer));
	expect_span("with its address", session_where(&world.exchange), "Firefox (Linux), 203.0.113.7");
	world.request.header_count = 0;
	expect_span("which is all of who says nothing", session_where(&world.exchange), "203.0.113.7");
	tear_down();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_as_it_was_written),
		cmocka_unit_test(a_cookie_makes_somebody),
		cmocka_unit_test(it_ends_by_time),
		cmocka_unit_test(a_certificate_that_lapses_meanwhile_is_seen),
		cmocka_unit_test(facts_that_cannot_be_read_show_nothing),
		cmocka_unit_test(that_somebody_was_there_is_written_once_a_minute),
		cmocka_unit_test(who_takes_an_authenticator_back_ends_what_it_began),
		cmocka_unit_test(an_account_that_is_no_more_has_no_session),
		cmocka_unit_test(a_browser_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
