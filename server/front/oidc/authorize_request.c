/* front/oidc/authorize_request.c - an authorization request, read. */
#include "front/oidc/authorize_request.h"

#include <assert.h>

#include "codec/form.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/oidc/claims_request.h"
#include "transaction/client/client.h"

#define CORE "OIDC Core s3.1.2.1"
#define HINT_LARGEST 254                   /* of login_hint */
#if OIDC_ACR_VALUES_LARGEST > SIGN_ON_TEXT_LARGEST
#error "a sign-on keeps all of a client's own values"
#endif
#define AGE_LARGEST (10 * 365 * 86400ULL)  /* seconds: whatever is more is no age of a login */

enum asked_parameter {
	RESPONSE_TYPE, SCOPE, NONCE, PROMPT, MAX_AGE, ACR_VALUES, CLAIMS, ID_TOKEN_HINT, LOGIN_HINT, UI_LOCALES,
	CODE_CHALLENGE, CODE_CHALLENGE_METHOD, REQUEST, REQUEST_URI, REGISTRATION, PARAMETERS,
};
static const char *const names[PARAMETERS] = {
	[RESPONSE_TYPE] = "response_type", [SCOPE] = "scope", [NONCE] = "nonce", [PROMPT] = "prompt",
	[MAX_AGE] = "max_age", [ACR_VALUES] = "acr_values", [CLAIMS] = "claims", [ID_TOKEN_HINT] = "id_token_hint",
	[LOGIN_HINT] = "login_hint", [UI_LOCALES] = "ui_locales", [CODE_CHALLENGE] = "code_challenge",
	[CODE_CHALLENGE_METHOD] = "code_challenge_method", [REQUEST] = "request", [REQUEST_URI] = "request_uri",
	[REGISTRATION] = "registration",
};

struct reading {
	struct arena *arena;
	struct span p[PARAMETERS];       /* empty: not sent, or without a value, which is the same (RFC 6749 s3.1) */
	const struct authorize_terms *terms;
	const struct oidc_client *client;
	struct sign_on *asked;
	struct answer_to *to;
	struct problem *why;
	bool openid;
	struct span claims_subject;
};

/* Each takes something of the request; the first that finds a fault tells OAuth's word for it. */
typedef const char *reading_step(struct reading *);

static const char *
refuse(struct reading *g, const char *error, const char *clause, const char *text)
{
	problem_set(g->why, ERR_INVALID, clause, "%s", text);
	return error;
}

enum err
authorize_who_read(struct arena *a, struct span form, struct authorize_who *out, struct problem *why)
{
	static const char *const who[] = { "client_id", "redirect_uri" };
	struct span values[COUNT(who)];

	if (form_read(a, form, who, values, COUNT(who), why) != OK)
		return why->code;
	for (size_t i = 0; i < COUNT(who); i++)
		if (!values[i].size)
			return problem_set(why, ERR_INVALID, CORE, "expected the parameter %s, found none", who[i]);
	if (values[0].size > CLIENT_ID_LARGEST)
		return problem_set(why, ERR_NOT_FOUND, CORE, "no client has so long a name");
	*out = (struct authorize_who){ values[0], values[1] };
	return OK;
}

/* Where the answer goes */

/* RFC 6749 appendix A.5; letters beyond ASCII harm nobody. A control character would: browsers rewrite line ends of
 * forms. */
static bool
has_controls(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return true;
	return false;
}

static const char *
read_answer(struct reading *g, struct span form)
{
	static const char *const state = "state", *const mode = "response_mode";
	struct span value;

	if (form_read(g->arena, form, &state, &value, 1, g->why) != OK)
		return "invalid_request";
	if (value.size > ANSWER_STATE_LARGEST)
		return refuse(g, "invalid_request", "RFC 6749 s4.1.1", "the parameter state is too long to be kept");
	if (has_controls(value))
		return refuse(g, "invalid_request", "RFC 6749 sA.5", "the parameter state has control characters");
	g->to->state = value;
	if (form_read(g->arena, form, &mode, &value, 1, g->why) != OK)
		return "invalid_request";
	g->to->form_post = span_is(value, "form_post");
	if (value.size && !g->to->form_post && !span_is(value, "query"))
		return refuse(g, "invalid_request", "OAuth 2.0 Multiple Response Types s2.1",
		    "response_mode: expected query or form_post, found another");
	return NULL;
}

/* What is asked */

/* Request objects are not read here, and whoever sends one means what it says: to go on without it would be to answer
 * another request (Core s6). */
static const char *
read_objects(struct reading *g)
{
	if (g->p[REQUEST].size)
		return refuse(g, "request_not_supported", "OIDC Core s6.1", "request objects are not taken here");
	if (g->p[REQUEST_URI].size)
		return refuse(g, "request_uri_not_supported", "OIDC Core s6.2", "request objects are not taken here");
	if (g->p[REGISTRATION].size)
		return refuse(g, "registration_not_supported", "OIDC Core s7.2.1",
		    "clients are registered before they ask");
	return NULL;
}

static const char *
read_response_type(struct reading *g)
{
	if (!g->p[RESPONSE_TYPE].size)
		return refuse(g, "invalid_request", "RFC 6749 s3.1.1",
		    "expected the parameter response_type, found none");
	if (!span_is(g->p[RESPONSE_TYPE], "code"))
		return refuse(g, "unsupported_response_type", "RFC 6749 s3.1.1",
		    "response_type: expected code, found another");
	if (!(g->client->grants & CLIENT_GRANT_CODE))
		return refuse(g, "unauthorized_client", "RFC 6749 s4.1.2.1",
		    "the client is not registered for authorization codes");
	return NULL;
}

/* The next word between blanks; false: there is none. */
static bool
next_word(struct span *rest, struct span *word)
{
	do {
		if (!rest->size)
			return false;
		*word = span_cut(rest, ' ');
	} while (!word->size);
	return true;
}

static bool
has_word(struct span words, const char *wanted)
{
	struct span word;

	while (next_word(&words, &word))
		if (span_is(word, wanted))
			return true;
	return false;
}

static const char *
read_prompt(struct reading *g)
{
	struct span rest = g->p[PROMPT], word;
	size_t count = 0;

	for (; next_word(&rest, &word); count++) {
		g->asked->never_ask = g->asked->never_ask || span_is(word, "none");
		g->asked->login_anew = g->asked->login_anew || span_is(word, "login");
		g->asked->consent_anew = g->asked->consent_anew || span_is(word, "consent");
		g->asked->account_anew = g->asked->account_anew || span_is(word, "select_account");
	}
	if (g->asked->never_ask && count > 1)
		return refuse(g, "invalid_request", CORE, "prompt: expected none alone, found more beside it");
	return NULL;
}

/* RFC 6749 s3.3: scope-token. */
static bool
is_scope_word(struct span word)
{
	for (size_t i = 0; i < word.size; i++)
		if (word.data[i] <= ' ' || word.data[i] > '~' || word.data[i] == '"' || word.data[i] == '\\')
			return false;
	return true;
}

/* Whether it is granted, if the person agrees; what nobody here knows is passed over (Core s3.1.2.1). */
static bool
scope_is_granted(struct reading *g, struct span word)
{
	struct release_wish wishes[RELEASE_KINDS];

	if (span_is(word, "offline_access"))
		return g->asked->offline;
	return span_is(word, "openid") || release_scope(word, wishes, COUNT(wishes)) > 0;
}

static void
wish_scope(struct reading *g, struct span word)
{
	struct release_wish wishes[RELEASE_KINDS];
	size_t count = release_scope(word, wishes, COUNT(wishes));

	for (size_t i = 0; i < count; i++)
		claims_wish(g->asked->wishes, &g->asked->wish_count, wishes[i]);
}

/* offline_access wants to be asked for each time, and a client that may refresh; else it is passed over (Core s11).
 * Without openid it is OAuth alone: no ID token, no claims. */
static const char *
read_scope(struct reading *g)
{
	const bool offline = g->asked->consent_anew && g->client->grants & CLIENT_GRANT_REFRESH;
	struct span rest = g->p[SCOPE], word;
	struct buffer b = buffer_init(SIGN_ON_TEXT_LARGEST);

	g->openid = has_word(rest, "openid");
	g->asked->offline = offline && has_word(rest, "offline_access");
	while (next_word(&rest, &word)) {
		const char *text = arena_text(g->arena, word);

		if (!is_scope_word(word)) {
			buffer_release(&b);
			return refuse(g, "invalid_scope", "RFC 6749 s3.3",
			    "scope: expected words of printable ASCII, found others");
		}
		if (has_word(buffer_span(&b), text) || !scope_is_granted(g, word))
			continue;
		if (g->openid)
			wish_scope(g, word);
		buffer_print(&b, "%s%s", buffer_span(&b).size ? " " : "", text);
	}
	g->asked->scope = arena_copy(g->arena, buffer_span(&b));
	buffer_release(&b);
	if (!g->asked->scope.size)
		return refuse(g, "invalid_scope", "RFC 6749 s3.3",
		    "scope: expected one that is known here, found none");
	return NULL;
}

static const char *
read_nonce(struct reading *g)
{
	if (g->p[NONCE].size > SIGN_ON_TEXT_LARGEST)
		return refuse(g, "invalid_request", CORE, "nonce: it is too long to be kept whole");
	g->asked->nonce = g->p[NONCE];
	return NULL;
}

/* RFC 7636 s4.2, s4.3: without a method it would be "plain", which is refused as such. A digest of nothing but zeros
 * would be kept as none. */
static const char *
read_challenge(struct reading *g)
{
	static const uint8_t none[32];
	const struct span text = g->p[CODE_CHALLENGE];
	struct span digest_;

	if (!text.size && g->p[CODE_CHALLENGE_METHOD].size)
		return refuse(g, "invalid_request", "RFC 7636 s4.3",
		    "a code_challenge_method without a code_challenge");
	if (!text.size && g->client->pkce)
		return refuse(g, "invalid_request", "RFC 7636 s4.4.1", "expected a code_challenge, found none");
	if (!text.size)
		return NULL;
	if (!span_is(g->p[CODE_CHALLENGE_METHOD], "S256"))
		return refuse(g, "invalid_request", "RFC 7636 s4.3",
		    "code_challenge_method: expected S256, found another");
	if (!base64url_read(g->arena, text, &digest_) || digest_.size != sizeof(none) ||
	    memcmp(digest_.data, none, sizeof(none)) == 0)
		return refuse(g, "invalid_request", "RFC 7636 s4.2",
		    "code_challenge: expected base64url of a SHA-256, found another text");
	memcpy(g->asked->challenge, digest_.data, sizeof(none));
	return NULL;
}

static const char *
read_age(struct reading *g)
{
	uint64_t seconds;

	g->asked->max_age = g->client->max_age;
	if (!g->p[MAX_AGE].size)
		return NULL;
	if (!span_number(g->p[MAX_AGE], &seconds))
		return refuse(g, "invalid_request", CORE, "max_age: expected a number of seconds, found another text");
	g->asked->max_age = SECONDS(seconds < AGE_LARGEST ? seconds : AGE_LARGEST);
	return NULL;
}

static struct span
defaults_joined(struct reading *g)
{
	struct buffer b = buffer_init(SIGN_ON_TEXT_LARGEST);
	struct span words;

	for (size_t i = 0; i < g->client->acr_values.count; i++) {
		if (i)
			buffer_byte(&b, ' ');
		buffer_add(&b, g->client->acr_values.list[i]);
	}
	words = arena_copy(g->arena, buffer_span(&b));
	buffer_release(&b);
	return words;
}

/* As many whole words as are kept: a preference is never an error (Core s3.1.2.1). Only what could be a level's
 * name. */
static struct span
words_kept(struct reading *g, struct span text)
{
	struct buffer b = buffer_init(SIGN_ON_TEXT_LARGEST);
	struct span word, words;

	while (next_word(&text, &word)) {
		if (!is_scope_word(word) || buffer_span(&b).size + 1 + word.size > SIGN_ON_TEXT_LARGEST)
			continue;
		if (buffer_span(&b).size)
			buffer_byte(&b, ' ');
		buffer_add(&b, word);
	}
	words = arena_copy(g->arena, buffer_span(&b));
	buffer_release(&b);
	return words;
}

static const char *
read_claims(struct reading *g)
{
	struct claims_request c = { .acr_essential = false };
	struct span asked;

	if (g->openid && g->p[CLAIMS].size && claims_request_read(g->arena, g->p[CLAIMS], &c, g->why) != OK)
		return "invalid_request";
	for (size_t i = 0; i < c.wish_count; i++)
		claims_wish(g->asked->wishes, &g->asked->wish_count, c.wishes[i]);
	g->asked->request = c.verified;
	g->claims_subject = c.subject;
	/* Words that nobody can read ask for nothing: they do not take the client's own away (federation.md 4, 21). */
	asked = c.acr_values.size ? c.acr_values : words_kept(g, g->p[ACR_VALUES]);
	g->asked->acr_values = asked.size ? asked : defaults_joined(g);
	g->asked->acr_essential = c.acr_essential || (g->client->acr_essential && g->asked->acr_values.size);
	return NULL;
}

/* Two names of whom it must be have to be one. */
static const char *
read_hints(struct reading *g)
{
	struct id_token_terms terms = g->terms->hint;
	struct id_token_hint hint = { .subject = { 0 } };

	terms.client = g->terms->client->id;
	if (g->p[ID_TOKEN_HINT].size &&
	    id_token_hint_read(g->arena, g->p[ID_TOKEN_HINT], &terms, &hint, g->why) != OK)
		return "invalid_request";
	if (hint.subject.size && g->claims_subject.size && !span_equal(hint.subject, g->claims_subject))
		return refuse(g, "invalid_request", "OIDC Core s5.5.1",
		    "id_token_hint and claims mean different persons");
	g->asked->hint_subject = hint.subject.size ? hint.subject : g->claims_subject;
	if (g->p[LOGIN_HINT].size <= HINT_LARGEST && utf8_line(g->p[LOGIN_HINT]))
		g->asked->login_hint = g->p[LOGIN_HINT];
	return NULL;
}

static const char *
read_language(struct reading *g)
{
	answer_language(g->p[UI_LOCALES], g->to->language);
	return NULL;
}

/* prompt is read before scope, which rests on it; the hint last, for it is what costs. */
static reading_step *const steps[] = {
	read_objects, read_response_type, read_prompt, read_scope, read_nonce, read_challenge, read_age, read_claims,
	read_language, read_hints,
};

static void
begin(struct reading *g)
{
	const struct client *client = g->terms->client;

	*g->asked = (struct sign_on){ .protocol = GRANT_OIDC, .client = client->id, .entity_id = client->rp.entity_id,
		.recipient_known = client->metadata.authentication != CLIENT_OPEN, .max_age = -1 };
	digest(DIGEST_SHA256, g->terms->redirect_uri, g->asked->redirect);
	*g->to = (struct answer_to){ .redirect_uri = g->terms->redirect_uri };
}

const char *
authorize_request_read(struct arena *a, struct span form, const struct authorize_terms *terms, struct sign_on *asked,
    struct answer_to *to, struct problem *why)
{
	struct reading g = { .arena = a, .terms = terms, .client = &terms->client->metadata, .asked = asked, .to = to,
		.why = why };
	const char *error;

	_Static_assert((int)RELEASE_KINDS <= (int)SIGN_ON_WISHES, "a sign-on keeps a wish of each kind");
	begin(&g);
	error = read_answer(&g, form);
	if (!error && form_read(a, form, names, g.p, PARAMETERS, why) != OK)
		error = "invalid_request";
	for (size_t i = 0; i < COUNT(steps) && !error; i++)
		error = steps[i](&g);
	if (!error)
		asked->answer = answer_to_write(a, to);
	return error;
}
