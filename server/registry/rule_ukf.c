/* registry/rule_ukf.c - rules after the UK federation's: mdrpi, MDIOP, mdui, and what belongs nowhere else. */
#include "registry/rule_check.h"

#define LOGO_LARGEST 40000 /* bytes of a data: URL; every consumer loads it with every copy of the metadata */

static const struct span entity_itself;

static void
find_strays(struct examination *x, const char *element)
{
	for (size_t i = 0; i < x->portrait->stray_count; i++)
		if (strcmp(x->portrait->strays[i].element, element) == 0)
			rule_found(x, x->portrait->strays[i].at, entity_itself);
}

/* Registration and publication */

void
check_registration_misplaced(struct examination *x)
{
	find_strays(x, "RegistrationInfo");
}

void
check_registration_utc(struct examination *x)
{
	struct span at = x->portrait->registration_instant;

	if (at.size && at.data[at.size - 1] != 'Z')
		rule_found(x, span_text("Extensions/RegistrationInfo"), at);
}

void
check_policy_languages(struct examination *x)
{
	rule_language_twins(x, &x->portrait->registration_policies);
}

void
check_publication(struct examination *x)
{
	if (x->portrait->publications)
		rule_found(x, span_text("Extensions/PublicationInfo"), entity_itself);
	find_strays(x, "PublicationInfo");
}

/* Keys */

void
check_key_empty(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t k = 0; k < x->portrait->roles[i].key_count; k++) {
			const struct portrait_certificate *key = &x->portrait->roles[i].keys[k];

			if (key->certificates == 0 && key->keys == key->names)
				rule_found(x, key->at, entity_itself);
		}
}

void
check_key_several(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t k = 0; k < x->portrait->roles[i].key_count; k++) {
			const struct portrait_certificate *key = &x->portrait->roles[i].keys[k];

			if (key->certificates > 1)
				rule_found(x, key->at,
				    span_text(arena_print(x->arena, "%u X509Certificate", key->certificates)));
		}
}

/* What is shown */

void
check_ui_twice(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		if (x->portrait->roles[i].ui.count > 1)
			rule_found(x, x->portrait->roles[i].at,
			    span_text(arena_print(x->arena, "%u UIInfo", x->portrait->roles[i].ui.count)));
}

void
check_ui_misplaced(struct examination *x)
{
	find_strays(x, "UIInfo");
}

void
check_ui_languages(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_ui *ui = &x->portrait->roles[i].ui;
		const struct portrait_texts *const lists[] = { &ui->names, &ui->descriptions, &ui->keywords,
			&ui->information_urls, &ui->privacy_urls };

		for (size_t n = 0; n < COUNT(lists); n++)
			rule_language_twins(x, lists[n]);
	}
}

void
check_hints_misplaced(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_role *role = &x->portrait->roles[i];

		if (role->disco_hints > (role_is(role, "IDPSSODescriptor") ? 1 : 0))
			rule_found(x, role->at, span_text(arena_print(x->arena, "%u DiscoHints", role->disco_hints)));
	}
	find_strays(x, "DiscoHints");
}

void
check_logo_https(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_ui *ui = &x->portrait->roles[i].ui;

		for (size_t n = 0; n < ui->logo_count; n++)
			if (!span_starts(ui->logos[n].url, "https://") && !span_starts(ui->logos[n].url, "data:"))
				rule_found(x, ui->logos[n].at, ui->logos[n].url);
	}
}

void
check_logo_length(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_ui *ui = &x->portrait->roles[i].ui;

		for (size_t n = 0; n < ui->logo_count; n++)
			if (ui->logos[n].url.size > LOGO_LARGEST)
				rule_found(x, ui->logos[n].at,
				    span_text(arena_print(x->arena, "%zu bytes", ui->logos[n].url.size)));
	}
}

void
check_display_name_line(struct examination *x)
{
	const struct portrait_texts *names = &x->portrait->organization_display_names;

	for (size_t i = 0; i < names->count; i++)
		if (names->list[i].text.size && memchr(names->list[i].text.data, '\n', names->list[i].text.size))
			rule_found(x, names->list[i].at, names->list[i].text);
}

static void
find_unlabelled(struct examination *x, const struct portrait_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		if (texts->list[i].lang.size == 0)
			rule_found(x, texts->list[i].at, texts->list[i].text);
}

void
check_language_empty(struct examination *x)
{
	const struct portrait *p = x->portrait;

	find_unlabelled(x, &p->registration_policies);
	for (size_t i = 0; i < p->role_count; i++) {
		const struct portrait_ui *ui = &p->roles[i].ui;
		const struct portrait_texts *const lists[] = { &ui->names, &ui->descriptions, &ui->keywords,
			&ui->information_urls, &ui->privacy_urls, &p->roles[i].service_names };

		for (size_t n = 0; n < COUNT(lists); n++)
			find_unlabelled(x, lists[n]);
	}
	find_unlabelled(x, &p->organization_names);
	find_unlabelled(x, &p->organization_display_names);
	find_unlabelled(x, &p->organization_urls);
}

/* Endpoints */

static bool
has_space(struct span s)
{
	return s.size && memchr(s.data, ' ', s.size);
}

void
check_endpoint_space(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t n = 0; n < x->portrait->roles[i].endpoint_count; n++) {
			const struct portrait_endpoint *e = &x->portrait->roles[i].endpoints[n];
			const struct span values[] = { e->location, e->response_location, e->binding };

			for (size_t v = 0; v < COUNT(values); v++)
				if (has_space(values[v]))
					rule_found(x, e->at, values[v]);
		}
}

void
check_endpoint_https(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t n = 0; n < x->portrait->roles[i].endpoint_count; n++) {
			const struct portrait_endpoint *e = &x->portrait->roles[i].endpoints[n];
			const struct span values[] = { e->location, e->response_location };

			for (size_t v = 0; v < COUNT(values); v++)
				if (values[v].size && !span_starts(values[v], "https://"))
					rule_found(x, e->at, values[v]);
		}
}

/* SAML 2.0 Metadata s2.2.3: a unique integer that assertion requests name the endpoint by. */
void
check_endpoint_index(struct examination *x)
{
	static const char *const indexed[] = { "ArtifactResolutionService", "AssertionConsumerService" };

	for (size_t i = 0; i < x->portrait->role_count * COUNT(indexed); i++) {
		const struct portrait_role *role = &x->portrait->roles[i / COUNT(indexed)];
		struct twin *twins = arena_array(x->arena, struct twin, role->endpoint_count);
		size_t count = 0;

		for (size_t n = 0; n < role->endpoint_count; n++)
			if (strcmp(role->endpoints[n].element, indexed[i % COUNT(indexed)]) == 0 &&
			    role->endpoints[n].index.size)
				twins[count++] = (struct twin){ .value = role->endpoints[n].index,
					.at = role->endpoints[n].at };
		rule_twins(x, twins, count);
	}
}

/* The rest */

static const char *const known_namespaces[] = {
	"http://www.w3.org/2001/04/xmlenc#",
	"http://www.w3.org/2009/xmlenc11#",
	"http://www.w3.org/XML/1998/namespace",
	"urn:oasis:names:tc:SAML:2.0:profiles:holder-of-key:SSO:browser",
	"urn:oasis:names:tc:SAML:metadata:ext:query",
	"urn:oasis:names:tc:SAML:attribute:ext",
};

static bool
is_known(struct span uri)
{
	for (const struct context_namespace *n = metadata_context; n->prefix; n++)
		if (span_is(uri, n->uri))
			return true;
	for (size_t i = 0; i < COUNT(known_namespaces); i++)
		if (span_is(uri, known_namespaces[i]))
			return true;
	return false;
}

void
check_namespace_unknown(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->namespace_count; i++)
		if (!is_known(x->portrait->namespaces[i].uri))
			rule_found(x, x->portrait->namespaces[i].at, x->portrait->namespaces[i].uri);
}

static bool
is_regexp(const struct lang_text *scope)
{
	return span_is(scope->lang, "true") || span_is(scope->lang, "1");
}

void
check_scope_regexp(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t n = 0; n < x->portrait->roles[i].scope_count; n++)
			if (is_regexp(&x->portrait->roles[i].scopes[n]))
				rule_found(x, x->portrait->roles[i].scopes[n].at, x->portrait->roles[i].scopes[n].text);
}

/* Below which organisations register their own names: the scope of everybody there. */
static const char *const suffixes[] = { "ac.jp", "ad.jp", "co.jp", "ed.jp", "go.jp", "gr.jp", "lg.jp", "ne.jp",
	"or.jp", "ac.uk" };

void
check_scope_suffix(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t n = 0; n < x->portrait->roles[i].scope_count; n++) {
			const struct lang_text *scope = &x->portrait->roles[i].scopes[n];
			bool wide = scope->text.size == 0 || !memchr(scope->text.data, '.', scope->text.size);

			for (size_t s = 0; s < COUNT(suffixes); s++)
				wide = wide || span_equal_nocase(scope->text, span_text(suffixes[s]));
			if (wide && !is_regexp(scope))
				rule_found(x, scope->at, scope->text);
		}
}
