/* tests/transaction/sign_on_stage.h - sign-ons before a store in memory: a shop with a client of OpenID Connect, the
 * server's identity provider certified, a person with attributes, in a browser that may be logged in.
 *
 *     sign_on_stage_open [-> sign_on_log_in] -> sign_on_asked … -> sign_on_run -> [sign_on_agreed ->] sign_on_go_on
 */
#pragma once

#include "transaction/member_stage.h"

#include "transaction/client/client.h"
#include "transaction/sign_on/choice.h"
#include "transaction/sign_on/sign_on.h"

#define SHOP "https://shop.example/"
#define SHOP_RETURN "https://www.shop.example/cb"
#define SHOP_ATTRIBUTES \
	"{\"name\":\"name\",\"required\":true,\"purpose\":{\"ja\":\"配送\",\"en\":\"Delivery\"}}," \
	"{\"name\":\"birthdate\",\"purpose\":{\"ja\":\"誕生日の割引\",\"en\":\"A birthday discount\"}}," \
	"{\"name\":\"age_over_20\",\"purpose\":{\"ja\":\"酒類\",\"en\":\"Alcohol\"}}," \
	"{\"name\":\"email\",\"purpose\":{\"ja\":\"領収書\",\"en\":\"Receipts\"}}"
/* What an assessor established of it: enough for privacy 2. */
#define SHOP_FACTS \
	"\"rp.purpose_specific\":true,\"rp.foreign\":false,\"rp.security_controls\":true," \
	"\"rp.breach_reporting\":true,\"rp.person_requests\":true,\"rp.deletion\":true," \
	"\"rp.minimal\":true,\"rp.kind\":\"private\""

static struct sign_on_scene {
	struct sign_on_settings settings;
	struct client_book *book;
	const struct client *client; /* the shop's, as it was found last */
	/* The browser. */
	uint8_t browser[32], login_browser[32];
	bool has_browser, has_login_browser;
	bool logged_in;
	uint8_t key[32];             /* of its session */
	struct session session;
	struct account account;
	/* What came of it last. */
	struct sign_on_step step;
	struct sign_on sign_on;
	struct grant grant;
	struct span location;
} scene_of_sign_on;
#define signing scene_of_sign_on

/* The shop's record: members of its entity beside those there are ("\"requires\":{…},"), attributes it may ask for,
 * members of its client. */
static inline void
sign_on_shop(enum standing standing, const char *more, const char *attributes, const char *client)
{
	stage_member("shop", standing, SHOP, arena_print(&stage.arena,
	    "{\"id\":\"shop\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop Inc.\"},"
	    "\"contacts\":[{\"type\":\"support\",\"email\":\"help@shop.example\"}],"
	    "\"certifications\":[{\"framework\":\"jp-idtf\",\"area\":\"privacy\",\"level\":\"2\","
	    "\"assessor\":\"audit\",\"uri\":\"https://audit.example/privacy/2\","
	    "\"facts\":{" SHOP_FACTS "}," STAGE_CERTIFIED_FROM "}],"
	    "\"entities\":[{\"entity_id\":\"" SHOP "\",\"roles\":[\"rp\"],"
	    "\"name\":{\"ja\":\"店\",\"en\":\"Shop\"},%s"
	    "\"attributes\":[%s],\"oidc\":{\"client\":{\"redirect_uris\":[\"" SHOP_RETURN "\"]%s}}}]}",
	    more, attributes, client));
}

static inline void
sign_on_on_client(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	signing.client = client;
	if (why)
		stage.why = *why;
}

/* The shop's client as the registry has it now. */
static inline const struct client *
sign_on_client(void)
{
	stage.done = false;
	client_find(stage.store, signing.book, &stage.arena, span_text(SHOP), stage.now, sign_on_on_client, NULL);
	stage_run();
	expect_ok("the shop is found", stage.err, &stage.why);
	return signing.client;
}

static inline void
sign_on_put_attributes(const struct person *p)
{
	const struct proofed_attribute told[] = {
		{ "name", span_text("山田花子") }, { "birthdate", span_text("1990-04-01") },
		{ "address", span_text("東京都千代田区千代田1-1") },
	};
	struct attributes all = { .count = 0 };
	struct id record = id_new(stage.now);
	struct unit *unit = stage_unit();

	attributes_take(&all, told, COUNT(told), ATTRIBUTE_FROM_CARD, &record, stage.now);
	for (size_t i = 0; i < all.count; i++)
		all.list[i].personas |= PERSONA_BIT(PERSONA_PRIVATE);
	attributes_put(unit, &p->account.id, &all);
	stage_commit(unit);
}

static inline void
sign_on_stage_open_at(uint64_t seed, struct instant now)
{
	login_stage_open_at(seed, now);
	stage_provider();
	signing = (struct sign_on_scene){ .book = client_book_new() };
	signing.settings = (struct sign_on_settings){ .person = &stage.settings, .clients = signing.book,
		.assertion_for = SECONDS(300),
		.pairwise = pairwise_key_derive(&stage.settings.wrapping),
		.path = { [GRANT_OIDC] = span_text("/oidc/continue/"), [GRANT_SAML] = span_text("/saml/continue/") } };
	sign_on_shop(STANDING_APPROVED, "", SHOP_ATTRIBUTES, "");
	sign_on_put_attributes(&stage.person);
	sign_on_client();
}

static inline void
sign_on_stage_open(uint64_t seed)
{
	struct instant now;

	assert_true(instant_read(span_text(NEW_YEAR), &now));
	sign_on_stage_open_at(seed, now);
}

static inline void
sign_on_stage_close(void)
{
	client_book_free(signing.book);
	login_stage_close();
}

/* Who is there */

static inline void
sign_on_on_session(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	(void)arg;
	(void)why;
	stage.done = true;
	stage.err = err;
	signing.logged_in = err == OK;
	if (err != OK)
		return;
	signing.session = *session;
	signing.account = *account;
}

/* As the front finds it, with each request. */
static inline struct sign_on_visitor
sign_on_visitor(void)
{

	stage.done = false;
	session_find(stage.store, &stage.arena, &stage.settings.session, signing.key, stage.now, sign_on_on_session,
	    NULL);
	stage_run();
	return (struct sign_on_visitor){ .session = signing.logged_in ? &signing.session : NULL,
		.account = signing.logged_in ? &signing.account : NULL,
		.browser = signing.has_browser ? signing.browser : NULL,
		.login_browser = signing.has_login_browser ? signing.login_browser : NULL,
		.where = span_text(WHERE), .now = stage.now };
}

/* Ends the login at hand, by the person's passkey, as the login's page does. */
static inline void
sign_on_by_passkey(struct person *p)
{
	p->passkey = stage_stored(&p->passkey);
	expect_text("a passkey", stage_passkey(p), "");
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_true("it is enough", stage.finished.enough);
	memcpy(signing.key, stage.finished.cookie.digest, sizeof(signing.key));
}

static inline void
sign_on_log_in(struct person *p)
{
	stage_begin(LOGIN_TO_LOOK);
	sign_on_by_passkey(p);
}

/* Asking */

/* As a usual request of the shop's asks: who it is, nothing of the person. */
static inline struct sign_on
sign_on_asked(void)
{
	struct sign_on s = { .protocol = GRANT_OIDC, .client = signing.client->id,
		.entity_id = signing.client->rp.entity_id, .recipient_known = true, .answer = span_text("{\"to\":1}"),
		.scope = span_text("openid"), .nonce = span_text("a nonce"), .max_age = -1 };

	memset(s.challenge, 7, sizeof(s.challenge));
	memset(s.redirect, 8, sizeof(s.redirect));
	return s;
}

static inline void
sign_on_wish(struct sign_on *s, const char *name)
{
	s->wishes[s->wish_count++] = (struct release_wish){ .name = span_text(name), .places = RELEASE_AT_USERINFO };
}

/* "done" "login" "consent"; "refused WORD"; "!CODE" where it failed. */
static inline const char *
sign_on_outcome(void)
{
	static const char *const words[] = {
		[SIGN_ON_NOTHING] = "nothing", [SIGN_ON_DONE] = "done", [SIGN_ON_REFUSED] = "refused",
		[SIGN_ON_LOGIN] = "login", [SIGN_ON_CONSENT] = "consent",
	};

	if (stage.err != OK)
		return arena_print(&stage.arena, "!%s", err_name(stage.err));
	return signing.step.outcome == SIGN_ON_REFUSED ? arena_print(&stage.arena, "refused %s", signing.step.error) :
	                                                  words[signing.step.outcome];
}

static inline void
sign_on_on_step(void *arg, enum err err, const struct sign_on_step *step, const struct problem *why)
{
	static const char none[COOKIE_TEXT];

	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
	signing.step = err == OK ? *step : (struct sign_on_step){ .outcome = SIGN_ON_NOTHING };
	if (err != OK)
		return;
	signing.sign_on = *step->sign_on;
	if (step->grant)
		signing.grant = *step->grant;
	if (memcmp(step->browser.text, none, sizeof(none)) != 0) {
		memcpy(signing.browser, step->browser.digest, sizeof(signing.browser));
		signing.has_browser = true;
	}
	if (step->outcome != SIGN_ON_LOGIN)
		return;
	stage.at.id = step->login.login.id;
	memcpy(stage.at.browser, step->login.cookie.digest, sizeof(stage.at.browser));
	memcpy(signing.login_browser, step->login.cookie.digest, sizeof(signing.login_browser));
	signing.has_login_browser = true;
}

static inline const char *
sign_on_run(const struct sign_on *asked)
{
	struct sign_on_visitor visitor = sign_on_visitor();

	stage.done = false;
	sign_on_begin(stage.store, &stage.arena, &signing.settings, asked, &signing.client->rp, &visitor,
	    sign_on_on_step, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
	return sign_on_outcome();
}

/* The browser comes back. */
static inline const char *
sign_on_go_on_as(bool cancelled)
{
	struct sign_on_request asked = { .id = signing.sign_on.id, .visitor = sign_on_visitor(),
		.cancelled = cancelled };

	stage.done = false;
	sign_on_continue(stage.store, &stage.arena, &signing.settings, &asked, sign_on_on_step, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
	return sign_on_outcome();
}

static inline void
sign_on_on_answered_here(void *arg, enum err err, struct span location, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	signing.location = location;
	if (why)
		stage.why = *why;
}

/* On the page; `items` "name,age_over_20". */
static inline enum err
sign_on_agreed(enum persona persona, const char *items)
{
	struct sign_on_request asked = { .id = signing.sign_on.id, .visitor = sign_on_visitor() };
	struct span names[RELEASE_KINDS], rest = span_text(items);
	struct sign_on_agreement agreement = { .purpose = choice_purpose(&stage.arena, &signing.client->rp),
		.persona = persona, .items = names };

	while (rest.size)
		names[agreement.item_count++] = span_cut(&rest, ',');
	stage.done = false;
	sign_on_agree(stage.store, &stage.arena, &signing.settings, &asked, &agreement, sign_on_on_answered_here, NULL);
	stage_run();
	return stage.err;
}

static inline enum err
sign_on_denied(void)
{
	struct sign_on_request asked = { .id = signing.sign_on.id, .visitor = sign_on_visitor() };

	stage.done = false;
	sign_on_deny(stage.store, &stage.arena, &signing.settings, &asked, sign_on_on_answered_here, NULL);
	stage_run();
	return stage.err;
}

static inline const char *
sign_on_go_on(void)
{
	return sign_on_go_on_as(false);
}
