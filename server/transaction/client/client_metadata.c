/* transaction/client/client_metadata.c - what a client registers itself with, read and written. */
#include "transaction/client/client_metadata.h"

#include <assert.h>

#include "codec/tree.h"
#include "model/entity.h"

/* What oidc_client_read() takes or refuses. */
static const char *const known[] = {
	"redirect_uris", "application_type", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "jwks",
	"jwks_uri", "post_logout_redirect_uris", "grant_types", "response_types", "id_token_signed_response_alg",
	"userinfo_signed_response_alg", "introspection_signed_response_alg", "backchannel_logout_uri",
	"backchannel_logout_session_required", "initiate_login_uri", "sector_identifier_uri", "subject_type",
	"default_acr_values", "acr_values_essential", "require_auth_time", "default_max_age", "require_pkce",
	"refresh_token_rotation", "id_token_encrypted_response_alg", "userinfo_encrypted_response_alg",
	"introspection_encrypted_response_alg", "dpop_bound_access_tokens",
	"tls_client_certificate_bound_access_tokens",
	"require_pushed_authorization_requests", "require_signed_request_object",
};
static const char *const provisioned[] = {
	"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at",
};

static struct span
write_tree(struct arena *a, const json_t *tree)
{
	struct buffer b = buffer_init(2 * OIDC_CLIENT_LARGEST);
	struct span text;

	tree_write(&b, tree);
	assert(!b.overflowed); /* canonical JSON is never longer than what it was read from */
	text = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

/* A text; null is none. */
static struct span
read_text(struct place root, const char *key)
{
	struct place p = place_member(root, key);

	if (json_is_null(p.value))
		return (struct span){ 0 };
	return span_text(place_text(p, 1, ENTITY_ID_LARGEST, ""));
}

static struct span
read_known(struct place root)
{
	json_t *kept = json_object();
	const char *expected = NULL;
	struct span text = { 0 };

	for (size_t i = 0; i < COUNT(known); i++) {
		json_t *value = json_object_get(root.value, known[i]);

		if (value && !json_is_null(value))
			json_object_set(kept, known[i], value);
	}
	if (tree_canonical(kept, &expected))
		text = write_tree(root.document->arena, kept);
	else
		place_fail(root, expected, "another value in it");
	json_decref(kept);
	return text;
}

enum err
client_proposal_read(struct arena *a, struct span json, struct client_proposal *out, struct problem *why)
{
	struct document d;
	struct place root;

	*out = (struct client_proposal){ .provisioned = false };
	if (json.size > OIDC_CLIENT_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "client: expected at most %zu bytes", OIDC_CLIENT_LARGEST);
	d = document_parse(a, "client", json);
	root = document_root(&d);
	if (d.root) {
		out->entity_id = read_text(root, "entity_id");
		out->client_id = read_text(root, "client_id");
		out->client_secret = read_text(root, "client_secret");
		for (size_t i = 0; i < COUNT(provisioned); i++)
			out->provisioned = out->provisioned || json_object_get(root.value, provisioned[i]);
		place_value(root); /* whatever else it holds */
		out->metadata = read_known(root);
	}
	return document_end(&d, why);
}

/* Completing */

static void
say(json_t *tree, const char *name, json_t *value)
{
	if (json_object_get(tree, name))
		json_decref(value);
	else
		json_object_set_new(tree, name, value);
}

struct span
client_metadata_complete(struct arena *a, struct span metadata, const struct oidc_client *c)
{
	json_t *tree = json_loadb((const char *)metadata.data, metadata.size, JSON_REJECT_DUPLICATES, NULL);
	struct span text;

	assert(json_is_object(tree)); /* written by us */
	say(tree, "application_type", json_string(c->native ? "native" : "web"));
	say(tree, "token_endpoint_auth_method", json_string(client_authentication_name(c->authentication)));
	say(tree, "grant_types", json_pack("[s]", "authorization_code"));
	say(tree, "response_types", json_pack("[s]", "code"));
	say(tree, "id_token_signed_response_alg", json_string(client_algorithm_name(c->id_token)));
	say(tree, "backchannel_logout_session_required", json_boolean(c->logout_session));
	say(tree, "subject_type", json_string("pairwise"));
	say(tree, "acr_values_essential", json_boolean(c->acr_essential));
	say(tree, "require_auth_time", json_boolean(c->auth_time));
	say(tree, "require_pkce", json_boolean(c->pkce));
	say(tree, "refresh_token_rotation", json_boolean(c->rotate));
	text = write_tree(a, tree);
	json_decref(tree);
	return text;
}
