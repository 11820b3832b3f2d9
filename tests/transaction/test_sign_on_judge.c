/* tests/transaction/test_sign_on_judge.c - what becomes of a sign-on: who is there, since when, what is asked, what was
 * agreed to, and what follows, a sentence each.
 */
#include "transaction/sign_on_stage.h"

#include "transaction/sign_on/assertion.h"
#include "transaction/sign_on/choice.h"
#include "transaction/sign_on/judge.h"

#define ACR "urn:watashi:jp-idtf:1.0:authentication:"
#define AAL "urn:watashi:nist-800-63-4:1.0:aal:"
#define HOUR 3600

struct sentence {
	const char *title;
	/* The registry's. */
	const char *requires;        /* "token 3" "profile member-service" */
	const char *as;              /* personas; NULL: private business */
	/* Asked. */
	const char *flags;           /* "none login select consent essential offline verified other-purpose" */
	int max_age;                 /* seconds, and one more; 0: any */
	const char *acr, *wishes, *hint; /* hint: self, other */
	/* There. */
	const char *session;         /* "passkey 60 code 7200": shown so many seconds ago; NULL: nobody */
	bool unproofed;
	const char *consent;         /* "private name,-birthdate"; "!private …" withdrawn */
	const char *agreed;          /* the same, chosen on the page */
	const char *led;             /* "login": to one; "cancelled" "denied" */
	const char *verdict;
};

static const struct sentence sentences[] = {
	/* Nobody */
	{ .title = "nobody is there: a login", .verdict = "login operator's" },
	{ .title = "and nobody may be asked", .flags = "none", .verdict = "refused login_required" },
	{ .title = "for what the registry says", .requires = "token 3", .verdict = "login token 3" },
	{ .title = "who left the login is let go", .led = "cancelled", .verdict = "refused access_denied" },
	{ .title = "who said no, too", .session = "passkey 60", .led = "denied", .verdict = "refused access_denied" },
	{ .title = "a session in which nobody has authenticated is nobody's", .session = "",
	  .verdict = "login operator's joins" },

	/* Levels: the registry's least */
	{ .title = "enough, agreed to", .session = "passkey 60", .consent = "private",
	  .verdict = "done private " ACR "3" },
	{ .title = "enough for what is required", .requires = "token 3", .session = "passkey 60", .consent = "private",
	  .verdict = "done private " ACR "3" },
	{ .title = "less than is required", .requires = "token 3", .session = "code 60", .consent = "private",
	  .verdict = "login token 3 joins" },
	{ .title = "and nobody may be asked for more", .requires = "token 3", .flags = "none", .session = "code 60",
	  .consent = "private", .verdict = "refused interaction_required, decided" },
	{ .title = "what the request asks lowers nothing", .requires = "token 3", .acr = ACR "1", .flags = "essential",
	  .session = "code 60", .consent = "private", .verdict = "login token 3,authentication 1 joins" },
	{ .title = "nor does what it does not know", .requires = "token 3", .acr = "0", .session = "code 60",
	  .consent = "private", .verdict = "login token 3 joins" },
	{ .title = "of two authentications the better counts", .requires = "token 3", .session = "passkey 7200 code 60",
	  .consent = "private", .verdict = "done private " ACR "3" },
	{ .title = "a proofing that nobody has is a login's to say", .requires = "registration 3",
	  .session = "passkey 60",
	  .consent = "private", .verdict = "login registration 3 joins" },
	{ .title = "a profile is required", .requires = "profile information-service", .session = "passkey 60",
	  .consent = "private", .verdict = "done private " ACR "3" },
	{ .title = "what nobody reaches with bearer assertions is refused", .requires = "authentication 4",
	  .session = "passkey 60", .consent = "private",
	  .verdict = "refused unmet_authentication_requirements, decided" },
	{ .title = "before anybody is sent to a login, too", .requires = "authentication 4",
	  .verdict = "refused unmet_authentication_requirements" },

	/* Levels lapse */
	{ .title = "a session that is too old for the level", .requires = "assertion 3", .session = "passkey 46800",
	  .consent = "private", .verdict = "login assertion 3 joins" },
	{ .title = "and one that is not", .requires = "assertion 3", .session = "passkey 36000", .consent = "private",
	  .verdict = "done private " ACR "3" },

	/* acr */
	{ .title = "the level asked for is told, not the one above it", .acr = ACR "2", .session = "passkey 60",
	  .consent = "private", .verdict = "done private " ACR "2" },
	{ .title = "the first that is reached", .acr = ACR "4 " ACR "3 " ACR "1", .session = "passkey 60",
	  .consent = "private", .verdict = "done private " ACR "3" },
	{ .title = "what is hoped for is asked for, and may be less", .acr = ACR "3", .session = "code 60",
	  .consent = "private", .verdict = "login token 2,authentication 3 or token 2 joins" },
	{ .title = "once", .acr = ACR "3", .session = "code 60", .consent = "private", .led = "login",
	  .verdict = "done private " ACR "2" },
	{ .title = "and of nobody who may not be asked", .acr = ACR "3", .flags = "none", .session = "code 60",
	  .consent = "private", .verdict = "done private " ACR "2" },
	{ .title = "what nobody reaches is not asked for", .acr = ACR "4",
	  .session = "passkey 60", .consent = "private",
	  .verdict = "done private " ACR "3" },
	{ .title = "what is essential is", .acr = ACR "3", .flags = "essential", .session = "code 60",
	  .consent = "private", .led = "login", .verdict = "login token 2,authentication 3 joins" },
	{ .title = "of several essential ones the last will do", .acr = ACR "3 " ACR "2", .flags = "essential",
	  .verdict = "login token 2,authentication 3 or token 2,authentication 2" },
	{ .title = "an essential one that is unknown is refused", .acr = "urn:nobody", .flags = "essential",
	  .session = "passkey 60", .consent = "private",
	  .verdict = "refused unmet_authentication_requirements" },
	{ .title = "one that nobody reaches, too", .acr = ACR "4", .flags = "essential", .session = "passkey 60",
	  .consent = "private", .verdict = "refused unmet_authentication_requirements, decided" },
	{ .title = "unknown ones among known ones are passed over", .acr = "urn:nobody " ACR "2", .flags = "essential",
	  .session = "passkey 60", .consent = "private", .verdict = "done private " ACR "2" },
	{ .title = "one of another framework is reached beside the least", .acr = AAL "1", .requires = "token 3",
	  .session = "passkey 60", .consent = "private", .verdict = "done private " AAL "1" },
	{ .title = "nobody is told a level by another login than what was shown", .acr = ACR "3",
	  .flags = "essential none",
	  .session = "code 60", .consent = "private", .verdict = "refused interaction_required, decided" },

	/* Time */
	{ .title = "young enough", .max_age = 61, .session = "passkey 60", .consent = "private",
	  .verdict = "done private " ACR "3" },
	{ .title = "too old", .max_age = 31, .session = "passkey 60", .consent = "private",
	  .verdict = "login operator's joins anew" },
	{ .title = "the old one does not lend its level to the new one", .requires = "token 3", .max_age = 31,
	  .session = "passkey 60 code 10", .consent = "private", .verdict = "login token 3 joins anew" },
	{ .title = "and nobody may be asked again", .max_age = 31, .flags = "none", .session = "passkey 60",
	  .consent = "private", .verdict = "refused login_required" },
	{ .title = "no age at all: what was done in this very sign-on counts", .max_age = 1, .session = "passkey 0",
	  .consent = "private", .verdict = "done private " ACR "3" },
	{ .title = "no age at all: a second before", .max_age = 1, .session = "passkey 1", .consent = "private",
	  .verdict = "login operator's joins anew" },
	{ .title = "a login anew", .flags = "login", .session = "passkey 1", .consent = "private",
	  .verdict = "login operator's joins anew" },
	{ .title = "it was done", .flags = "login", .session = "passkey 0", .consent = "private", .led = "login",
	  .verdict = "done private " ACR "3" },
	{ .title = "another account may be chosen", .flags = "select", .session = "passkey 1", .consent = "private",
	  .verdict = "login operator's anew" },
	{ .title = "it was", .flags = "select", .session = "passkey 0", .consent = "private", .led = "login",
	  .verdict = "done private " ACR "3" },

	/* Whom it must be */
	{ .title = "the one who is meant", .hint = "self", .session = "passkey 60", .consent = "private",
	  .verdict = "done private " ACR "3" },
	{ .title = "another one is meant", .hint = "other", .session = "passkey 60", .consent = "private",
	  .verdict = "login operator's" },
	{ .title = "and nobody may be asked who", .hint = "other", .flags = "none", .session = "passkey 60",
	  .consent = "private", .verdict = "refused login_required" },
	{ .title = "and it was another one again", .hint = "other", .session = "passkey 0", .consent = "private",
	  .led = "login", .verdict = "refused login_required" },
	{ .title = "the persona that is meant, whatever was agreed to", .hint = "business", .session = "passkey 60",
	  .consent = "private", .verdict = "consent business" },

	/* Personas */
	{ .title = "only as the record allows", .as = "business", .session = "passkey 60", .consent = "private",
	  .verdict = "consent business" },
	{ .title = "before the state it takes more", .as = "administrative", .session = "code 60",
	  .verdict = "login token 2,token 3 joins as administrative" },
	{ .title = "and that was shown", .as = "administrative", .session = "passkey 60", .consent = "administrative",
	  .verdict = "done administrative " ACR "3" },
	{ .title = "as nobody but that, and nobody may be asked", .as = "administrative", .flags = "none",
	  .session = "code 60", .verdict = "refused interaction_required, decided" },
	{ .title = "the page begins with what the person can be", .as = "administrative private", .session = "code 60",
	  .verdict = "consent private" },
	{ .title = "chosen on the page", .as = "private administrative", .session = "passkey 60",
	  .agreed = "administrative", .verdict = "done administrative " ACR "3" },
	{ .title = "chosen, and then it takes more", .as = "private administrative", .session = "code 60",
	  .agreed = "administrative", .verdict = "login token 2,token 3 joins as administrative" },
	{ .title = "what the service needs this persona does not show", .as = "business", .wishes = "name",
	  .session = "passkey 60", .verdict = "consent business lacks" },
	{ .title = "then the page begins with one that does", .as = "business private", .wishes = "name",
	  .session = "passkey 60", .verdict = "consent private" },
	{ .title = "and nobody may be asked for it", .as = "business", .wishes = "name", .flags = "none",
	  .session = "passkey 60", .consent = "business name", .verdict = "refused interaction_required" },

	/* Consent */
	{ .title = "nobody has agreed yet", .session = "passkey 60", .verdict = "consent private" },
	{ .title = "and nobody may be asked", .session = "passkey 60", .flags = "none",
	  .verdict = "refused consent_required" },
	{ .title = "taken back", .session = "passkey 60", .consent = "!private", .verdict = "consent private" },
	{ .title = "asked for anew", .session = "passkey 60", .consent = "private", .flags = "consent",
	  .verdict = "consent private" },
	{ .title = "asked for anew, and given", .session = "passkey 60", .consent = "private", .flags = "consent",
	  .agreed = "private", .verdict = "done private " ACR "3" },
	{ .title = "for another purpose than it is now nothing was agreed", .session = "passkey 60",
	  .flags = "other-purpose", .agreed = "private", .verdict = "consent private" },
	{ .title = "it covers what is asked", .wishes = "name birthdate", .session = "passkey 60",
	  .consent = "private name,-birthdate", .verdict = "done private " ACR "3 name" },
	{ .title = "it covers less than is asked", .wishes = "name birthdate", .session = "passkey 60",
	  .consent = "private name", .verdict = "consent private" },
	{ .title = "what is required was declined", .wishes = "name", .session = "passkey 60",
	  .consent = "private -name", .verdict = "consent private" },
	{ .title = "less in the place of what was declined", .wishes = "birthdate", .session = "passkey 60",
	  .consent = "private -birthdate,age_over_20", .verdict = "done private " ACR "3 age_over_20" },
	{ .title = "what nobody registered is not told, and nobody asked", .wishes = "gender", .session = "passkey 60",
	  .consent = "private", .verdict = "done private " ACR "3" },
	{ .title = "what is not asked is not told", .session = "passkey 60", .consent = "private name,birthdate",
	  .verdict = "done private " ACR "3" },
	{ .title = "lasting longer is agreed to by itself", .flags = "offline", .session = "passkey 60",
	  .consent = "private", .verdict = "consent private" },
	{ .title = "and was", .flags = "offline", .session = "passkey 60", .consent = "private offline_access",
	  .verdict = "done private " ACR "3" },
	{ .title = "how one was proofed, too", .flags = "verified", .session = "passkey 60", .consent = "private",
	  .verdict = "consent private" },
};

/* Making */

static bool
has_word(const char *words, const char *word)
{
	struct span rest = span_text(words ? words : "");

	while (rest.size)
		if (span_is(span_cut(&rest, ' '), word))
			return true;
	return false;
}

static struct requirement_name
required(const char *text)
{
	struct span rest = span_text(text ? text : ""), area = span_cut(&rest, ' ');

	if (!area.size)
		return (struct requirement_name){ .area_count = 0 };
	if (span_is(area, "profile"))
		return (struct requirement_name){ .framework = span_text("jp-idtf"), .profile = rest };
	return (struct requirement_name){ .framework = span_text("jp-idtf"), .area_count = 1,
		.areas = { { area, rest } } };
}

static struct authentication
shown(struct span kind, int64_t seconds)
{
	struct policy_snapshot *snapshot = policy_shelf_take(stage.settings.shelf);
	const struct credential *c = span_is(kind, "passkey") ? &stage.person.passkey : &stage.person.totp;
	struct observation o = { .credential = c, .now = stage.now, .user_verified = span_is(kind, "passkey"),
		.resistant = RESISTANT_OFFERED };
	struct buffer b = buffer_init(16 * KIB);

	observation_write(&b, snapshot->dictionary, &o);
	policy_snapshot_unref(snapshot);
	return (struct authentication){ .credential = c->id, .kind = c->kind,
		.at = instant_after(stage.now, -SECONDS(seconds)), .facts = kept(&stage.arena, &b) };
}

static void
make_session(const char *text, struct session *out)
{
	struct span rest = span_text(text);

	*out = (struct session){ .id = { { 5 } }, .account = stage.person.account.id, .begun = stage.now,
		.seen = stage.now, .expires = instant_after(stage.now, SECONDS(12 * HOUR)) };
	while (rest.size) {
		struct span kind = span_cut(&rest, ' ');
		uint64_t seconds;

		assert_true(span_number(span_cut(&rest, ' '), &seconds));
		out->authentications[out->authentication_count] = shown(kind, (int64_t)seconds);
		if (out->authentications[out->authentication_count].at.us < out->begun.us)
			out->begun = out->authentications[out->authentication_count].at;
		out->authentication_count++;
	}
}

static enum persona
persona_before(struct span *text)
{
	return persona_read(span_cut(text, ' '));
}

static struct relying_party
make_shop(const struct sentence *s)
{
	struct relying_party rp = signing.client->rp;
	struct span rest = span_text(s->as ? s->as : "private business");

	rp.requires = required(s->requires);
	rp.preferred = PERSONA_NONE;
	rp.personas = 0;
	while (rest.size) {
		enum persona p = persona_before(&rest);

		rp.preferred = rp.preferred ? rp.preferred : p;
		rp.personas |= PERSONA_BIT(p);
	}
	return rp;
}

static struct span
name_as(const struct relying_party *rp, enum persona persona, const struct id *account)
{
	struct pairwise name = pairwise_name(&signing.settings.pairwise, rp->sector, persona, account);

	return pairwise_subject(&stage.arena, &name);
}

static struct sign_on
make_sign_on(const struct sentence *s, const struct relying_party *rp)
{
	struct sign_on o = sign_on_asked();
	struct span rest = span_text(s->wishes ? s->wishes : "");
	struct span chosen = span_text(s->agreed ? s->agreed : "");

	while (rest.size)
		o.wishes[o.wish_count++] = (struct release_wish){ .name = span_cut(&rest, ' '), .places = 2 };
	o.never_ask = has_word(s->flags, "none");
	o.login_anew = has_word(s->flags, "login");
	o.account_anew = has_word(s->flags, "select");
	o.consent_anew = has_word(s->flags, "consent");
	o.acr_essential = has_word(s->flags, "essential");
	o.offline = has_word(s->flags, "offline");
	o.request = span_text(has_word(s->flags, "verified") ? "{}" : "");
	o.acr_values = span_text(s->acr ? s->acr : "");
	o.max_age = s->max_age ? SECONDS(s->max_age - 1) : -1;
	o.made = stage.now;
	o.since = o.login_anew || o.account_anew ? stage.now : (struct instant){ 0 };
	if (s->hint)
		o.hint_subject = name_as(rp, strcmp(s->hint, "business") == 0 ? PERSONA_BUSINESS : PERSONA_PRIVATE,
		    strcmp(s->hint, "other") == 0 ? &stage.other.account.id : &stage.person.account.id);
	if (s->agreed) {
		o.agreed_by = stage.person.account.id;
		o.purpose = has_word(s->flags, "other-purpose") ? span_text("sign-on:0") :
		    choice_purpose(&stage.arena, rp);
		o.persona = persona_before(&chosen);
		o.items = chosen;
	}
	if (s->led && strcmp(s->led, "login") == 0)
		o.login = (struct id){ { 9 } };
	o.denied = s->led && strcmp(s->led, "denied") == 0;
	return o;
}

static struct consent
make_consent(const struct sentence *s)
{
	bool withdrawn = s->consent[0] == '!';
	struct span rest = span_text(s->consent + withdrawn);
	struct consent c = { .relying_party = span_text(SHOP), .persona = persona_before(&rest),
		.given = instant_after(stage.now, -SECONDS(HOUR)) };

	c.items = rest;
	if (withdrawn)
		c.withdrawn = stage.now;
	return c;
}

/* Telling */

static const char *
requirement_text(const struct requirement_name *r)
{
	const char *text = "";

	if (r->profile.size)
		text = arena_print(&stage.arena, "profile %.*s", SPAN_ARGS(r->profile));
	for (size_t i = 0; i < r->area_count; i++)
		text = arena_print(&stage.arena, "%s%s%.*s %.*s", text, *text ? "," : "", SPAN_ARGS(r->areas[i].area),
		    SPAN_ARGS(r->areas[i].level));
	return text;
}

static const char *
login_text(const struct sign_on_login *l)
{
	const char *wanted = requirement_text(&l->wanted);

	if (strcmp(wanted, "token 2") == 0)
		wanted = "operator's";
	return arena_print(&stage.arena, "login %s%s%s%s%s%s%s", wanted, l->may_be_less ? " or " : "",
	    l->may_be_less ? requirement_text(&l->least) : "", l->joins ? " joins" : "", l->since.us ? " anew" : "",
	    l->persona ? " as " : "", l->persona ? persona_name(l->persona) : "");
}

static const char *
verdict_text(const struct sign_on_verdict *v)
{
	const char *text;

	switch (v->outcome) {
	case SIGN_ON_REFUSED:
		return arena_print(&stage.arena, "refused %s%s", v->error,
		    !v->decided.count ? "" : v->decided.enough ? ", permitted" : ", decided");
	case SIGN_ON_LOGIN:
		return login_text(&v->login);
	case SIGN_ON_CONSENT:
		return arena_print(&stage.arena, "consent %s%s", persona_name(v->persona),
		    sign_on_lacks(v->offer) ? " lacks" : "");
	case SIGN_ON_DONE:
		text = arena_print(&stage.arena, "done %s %.*s", persona_name(v->persona), SPAN_ARGS(v->acr));
		for (size_t i = 0; i < v->told_count; i++)
			text = arena_print(&stage.arena, "%s %s", text, v->told[i]->kind->name);
		return text;
	default:
		return "nothing";
	}
}

static const char *
judged(const struct sentence *s)
{
	static const struct span idp[] = { { (const uint8_t *)"{" STAGE_IDP_FACTS "}",
	    sizeof("{" STAGE_IDP_FACTS "}") - 1 } };
	static const struct span shop[] = { { (const uint8_t *)"{" SHOP_FACTS "}", sizeof("{" SHOP_FACTS "}") - 1 } };
	const struct party parties[] = {
		{ .role = ENTITY_RP, .standing = STANDING_APPROVED, .facts = shop, .fact_count = 1 },
		{ .role = ENTITY_IDP, .standing = STANDING_APPROVED, .facts = idp, .fact_count = 1 },
	};
	const struct proofing_record record = { .id = { { 3 } }, .at = stage.now,
		.facts = span_text("{\"proofing.government_ids\":1}") };
	struct attributes attributes;
	struct relying_party rp = make_shop(s);
	struct sign_on o = make_sign_on(s, &rp);
	struct consent consent;
	struct session session;
	struct sign_on_verdict verdict;
	struct sign_on_case c = { .settings = &signing.settings, .now = stage.now, .sign_on = &o, .rp = &rp,
		.cancelled = s->led && strcmp(s->led, "cancelled") == 0, .parties = parties, .party_count = 2,
		.snapshot = policy_shelf_take(stage.settings.shelf) };
	struct stage_look look = stage_load(attributes_ask(&stage.person.account.id));

	c.assertion = sign_on_assertion(&stage.arena, &signing.settings, &o, &rp);
	c.purpose = choice_purpose(&stage.arena, &rp);
	if (s->session) {
		make_session(s->session, &session);
		expect_true("attributes", attributes_read(arena_copy(&stage.arena, look.rows[0].value), &attributes));
		c.session = &session;
		c.account = &stage.person.account;
		c.attributes = &attributes;
		c.records = &record;
		c.record_count = s->unproofed ? 0 : 1;
	}
	if (s->session && s->consent) {
		consent = make_consent(s);
		c.consent = &consent;
	}
	expect_ok(s->title, sign_on_judge(&stage.arena, &c, &verdict, &stage.why), &stage.why);
	policy_snapshot_unref(c.snapshot);
	return verdict_text(&verdict);
}

static void
each_sentence_is_true(void **state)
{
	(void)state;
	sign_on_stage_open(1);
	stage_publish_framework("nist-800-63-4");
	stage.settings.personas[PERSONA_ADMINISTRATIVE] = stage_least("token", "3");
	for (size_t i = 0; i < COUNT(sentences); i++)
		expect_text(sentences[i].title, judged(&sentences[i]), sentences[i].verdict);
	sign_on_stage_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sentence_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
