/* crypto/x509_path.c - a path to one of our anchors.
 *
 *     read all -> walk from issuer to issuer -> at an anchor: judge -> the first good path, or why the first was not
 *
 * The library alone takes one issuer where several bear its name, and never goes back (when a name's keys roll over
 * without key identifiers); so we walk, and it judges one path at a time: signatures, basic constraints, key usage,
 * name constraints, policies. Dates are ours: to the library a certificate has expired as its last second begins, which
 * RFC 5280 s4.1.2.5 counts in.
 */
#include "crypto/x509_path.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "crypto/x509.h"

#define CLAUSE "RFC 5280 s6.1"
#define AUTH_LEVEL 2      /* 112 bits: no SHA-1, no RSA below 2048 */
#define WALK_LONGEST 4096 /* certificates stepped on, all walks together */
#define ANCHORS_LARGEST 64
#define ANY_POLICY "2.5.29.32.0"

struct node {
	struct x509 read;
	X509 *theirs;
	bool anchor, refused, used;
};

struct search {
	const struct path_question *question;
	struct arena *arena;
	struct node *nodes; /* 0: the one asked for; then anchors, then others */
	size_t count;
	X509_VERIFY_PARAM *parameters;
	struct node *path[PATH_LONGEST + 2];
	size_t tries, steps;
	struct path_answer *answer;
};

static enum err
add_node(struct search *s, struct span der, bool anchor, struct problem *why)
{
	struct node *node = &s->nodes[s->count];
	const unsigned char *at = der.data;
	struct span first;
	enum err err = x509_read(der, &node->read, why);

	if (err != OK && err != ERR_INVALID)
		return err;
	node->theirs = d2i_X509(NULL, &at, (long)der.size);
	if (!node->theirs) {
		ERR_clear_error();
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the certificate cannot be read");
	}
	s->count++;
	node->anchor = anchor;
	node->refused = err != OK;
	/* The library's policy tree grows with each (CVE-2023-0464). */
	if (x509_policies(&node->read, &first) > PATH_POLICIES) {
		node->refused = true;
		problem_set(why, ERR_LIMIT, "RFC 5280 s4.2.1.4", "a certificate has at most %d policies",
		    PATH_POLICIES);
	}
	return OK;
}

static enum err
add_nodes(struct search *s, struct problem *why)
{
	const struct path_question *q = s->question;
	struct problem refused = { 0 };
	enum err err;

	if (q->anchor_count > ANCHORS_LARGEST || q->other_count > PATH_CERTIFICATES)
		return problem_set(why, ERR_LIMIT, CLAUSE, "at most %d anchors and %d other certificates are looked at",
		    ANCHORS_LARGEST, PATH_CERTIFICATES);
	err = add_node(s, q->certificate, false, &refused);
	if (s->count && s->nodes[0].refused)
		s->answer->reason = arena_print(s->arena, "%s", refused.text);
	for (size_t i = 0; err == OK && i < q->anchor_count; i++)
		err = add_node(s, q->anchors[i], true, &refused);
	for (size_t i = 0; err == OK && i < q->other_count; i++)
		err = add_node(s, q->others[i], false, &refused);
	if (err != OK && why)
		*why = refused;
	return err;
}

static bool
add_policy(X509_VERIFY_PARAM *p, const char *dotted)
{
	ASN1_OBJECT *policy = OBJ_txt2obj(dotted, 1);

	if (policy && X509_VERIFY_PARAM_add0_policy(p, policy) == 1)
		return true;
	ASN1_OBJECT_free(policy);
	return false;
}

static X509_VERIFY_PARAM *
parameters_of(const struct path_question *q)
{
	X509_VERIFY_PARAM *p = X509_VERIFY_PARAM_new();
	unsigned long flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_NO_CHECK_TIME;
	unsigned longest = q->longest && q->longest < PATH_LONGEST ? q->longest : PATH_LONGEST;
	bool good;

	flags |= q->lenient ? 0 : X509_V_FLAG_X509_STRICT;
	flags |= q->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
	flags |= q->inhibit_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
	flags |= q->inhibit_any ? X509_V_FLAG_INHIBIT_ANY : 0;
	good = p && X509_VERIFY_PARAM_set_flags(p, flags) == 1;
	if (good) {
		X509_VERIFY_PARAM_set_depth(p, (int)longest);
		X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
	}
	/* An empty set is no policy to the library, and any-policy to us. */
	if (good && q->policy_count == 0)
		good = add_policy(p, ANY_POLICY);
	for (size_t i = 0; good && i < q->policy_count; i++)
		good = add_policy(p, q->policies[i]);
	if (good)
		return p;
	ERR_clear_error();
	X509_VERIFY_PARAM_free(p);
	return NULL;
}

/* Only looked at, never changed: what the library found stays found. */
static int
on_judged(int good, X509_STORE_CTX *context)
{
	(void)context;
	return good;
}

static void
note_failure(struct search *s, const char *reason, size_t depth)
{
	if (s->answer->reason)
		return;
	s->answer->reason = arena_print(s->arena, "%s", reason);
	s->answer->depth = depth;
}

static struct node *
node_of(struct search *s, const X509 *theirs)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->nodes[i].theirs == theirs)
			return &s->nodes[i];
	return NULL;
}

/* The chain the library went is ours, or a shorter one of the same certificates. */
static bool
keep_path(struct search *s, X509_STORE_CTX *context)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
	struct instant at = s->question->at;
	struct span path[COUNT(s->path)];
	size_t length = (size_t)sk_X509_num(chain);

	for (size_t i = 0; i < length; i++) {
		const struct x509 *x = &node_of(s, sk_X509_value(chain, (int)i))->read;

		path[i] = x->der;
		if (instant_before(at, x->not_before) || x509_has_ended(x, at)) {
			note_failure(s, X509_verify_cert_error_string(instant_before(at, x->not_before) ?
			    X509_V_ERR_CERT_NOT_YET_VALID : X509_V_ERR_CERT_HAS_EXPIRED), i);
			return false;
		}
	}
	*s->answer = (struct path_answer){ .valid = true, .length = length };
	for (size_t i = 0; i < length; i++)
		s->answer->path[i] = arena_copy(s->arena, path[i]);
	return true;
}

/* s->path[0..length): from the certificate to an anchor. */
static bool
judge(struct search *s, size_t length)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) *between = sk_X509_new_null();
	const struct node *anchor = s->path[length - 1];
	bool ready = store && context && between && X509_STORE_add_cert(store, anchor->theirs) == 1, good = false;

	s->tries++;
	for (size_t i = 1; ready && i + 1 < length; i++)
		ready = sk_X509_push(between, s->path[i]->theirs) > 0;
	if (!ready || X509_STORE_CTX_init(context, store, s->path[0]->theirs, between) != 1 ||
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(context), s->parameters) != 1)
		abort();
	/* An anchor of somebody else's making is one because it was handed in as one. */
	if (!span_equal(anchor->read.issuer, anchor->read.subject))
		X509_STORE_CTX_set_flags(context, X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_CTX_set_verify_cb(context, on_judged);
	good = X509_verify_cert(context) == 1 && X509_STORE_CTX_get_error(context) == X509_V_OK;
	if (good)
		good = keep_path(s, context);
	else
		note_failure(s, X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)),
		    (size_t)X509_STORE_CTX_get_error_depth(context));
	ERR_clear_error();
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	sk_X509_free(between);
	return good;
}

/* Whether it bears the issuer's name, and how its key identifier fits: 0 it does not, 1 nothing is said, 2 it does. */
static unsigned
fit_of(const struct node *child, const struct node *candidate)
{
	if (candidate->used || candidate->refused ||
	    X509_NAME_cmp(X509_get_issuer_name(child->theirs), X509_get_subject_name(candidate->theirs)) != 0)
		return 0;
	if (child->read.authority_key_id.size == 0 || candidate->read.subject_key_id.size == 0)
		return 1;
	return span_equal(child->read.authority_key_id, candidate->read.subject_key_id) ? 2 : 0;
}

/* Anchors before others, those whose key identifier fits before those without. False: none of the paths from here. */
static bool
walk(struct search *s, size_t length)
{
	struct node *child = s->path[length - 1];
	bool found = false;

	if (length == COUNT(s->path) || s->steps++ >= WALK_LONGEST)
		return false;
	for (unsigned pass = 0; pass < 4 && !found; pass++) {
		bool anchors = pass < 2;
		unsigned fit = pass % 2 ? 1 : 2;

		for (size_t i = 1; i < s->count && !found && s->tries < PATH_TRIES; i++) {
			struct node *candidate = &s->nodes[i];

			if (candidate->anchor != anchors || fit_of(child, candidate) != fit)
				continue;
			candidate->used = true;
			s->path[length] = candidate;
			found = anchors ? judge(s, length + 1) : walk(s, length + 1);
			candidate->used = false;
		}
	}
	return found;
}

/* An anchor may be asked for itself, to explain it. */
static bool
is_anchor(struct search *s)
{
	for (size_t i = 1; i < s->count; i++)
		if (s->nodes[i].anchor && span_equal(s->nodes[i].read.der, s->nodes[0].read.der)) {
			s->path[1] = &s->nodes[i];
			return judge(s, 2);
		}
	return false;
}

enum err
x509_path_check(struct arena *a, const struct path_question *q, struct path_answer *out, struct problem *why)
{
	struct search s = { .question = q, .arena = a, .answer = out };
	enum err err;

	memset(out, 0, sizeof(*out));
	s.nodes = arena_array(a, struct node, 1 + ANCHORS_LARGEST + PATH_CERTIFICATES);
	err = add_nodes(&s, why);
	s.parameters = err == OK ? parameters_of(q) : NULL;
	if (err == OK && !s.parameters)
		err = problem_set(why, ERR_INVALID, CLAUSE, "one of the policies asked for is no OID");
	if (err == OK && !s.nodes[0].refused) {
		s.path[0] = &s.nodes[0];
		s.nodes[0].used = true;
		if (!is_anchor(&s) && !walk(&s, 1))
			note_failure(&s, "no path leads from it to an anchor", 0);
	}
	X509_VERIFY_PARAM_free(s.parameters);
	for (size_t i = 0; i < s.count; i++)
		X509_free(s.nodes[i].theirs);
	return err;
}
