/* registry/rule_edugain.c - rules after eduGAIN's validator: about entities (E), roles (R), and its warnings. */
#include "codec/xml.h"
#include "registry/rule_check.h"

#define BINDINGS "urn:oasis:names:tc:SAML:2.0:bindings:"
#define DISCOVERY "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"

static const struct span entity_itself;

/* The entity */

void
check_entity_id(struct examination *x)
{
	static const char *const forms[] = { "https://", "http://", "urn:" };
	struct span id = x->portrait->entity_id;
	bool good = false;

	for (size_t i = 0; i < COUNT(forms); i++)
		good = good || span_starts(id, forms[i]);
	for (size_t i = 0; i < id.size; i++)
		good = good && !xml_is_space(id.data[i]);
	if (!good)
		rule_found(x, entity_itself, id);
}

/* What is found of contacts is only the element's name: findings are shown, and contacts are people. */
void
check_contact_empty(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->contact_count; i++) {
		const struct portrait_contact *c = &x->portrait->contacts[i];

		if (c->given_name_there && c->given_name.size == 0)
			rule_found(x, c->at, span_text("GivenName"));
		if (c->surname_there && c->surname.size == 0)
			rule_found(x, c->at, span_text("SurName"));
		for (size_t n = 0; n < c->email_count; n++)
			if (c->emails[n].size == 0 || span_is(c->emails[n], "mailto:"))
				rule_found(x, c->at, span_text("EmailAddress"));
		for (size_t n = 0; n < c->telephone_count; n++)
			if (c->telephones[n].size == 0)
				rule_found(x, c->at, span_text("TelephoneNumber"));
	}
}

void
check_contact_missing(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->contact_count; i++)
		if (span_is(x->portrait->contacts[i].type, "technical") ||
		    span_is(x->portrait->contacts[i].type, "support"))
			return;
	rule_found(x, entity_itself, entity_itself);
}

void
check_contact_mailto(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->contact_count; i++) {
		const struct portrait_contact *c = &x->portrait->contacts[i];

		for (size_t n = 0; n < c->email_count; n++)
			if (c->emails[n].size && !span_starts(c->emails[n], "mailto:"))
				rule_found(x, c->at, span_text("EmailAddress"));
	}
}

static void
find_empty(struct examination *x, const struct portrait_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		if (texts->list[i].text.size == 0)
			rule_found(x, texts->list[i].at, entity_itself);
}

void
check_organization_empty(struct examination *x)
{
	find_empty(x, &x->portrait->organization_names);
	find_empty(x, &x->portrait->organization_display_names);
	find_empty(x, &x->portrait->organization_urls);
}

void
check_registration_twice(struct examination *x)
{
	if (x->portrait->registrations > 1)
		rule_found(x, span_text("Extensions/RegistrationInfo[2]"), entity_itself);
}

void
check_attributes_twice(struct examination *x)
{
	if (x->portrait->entity_attributes > 1)
		rule_found(x, span_text("Extensions/EntityAttributes[2]"), entity_itself);
}

void
check_attributes_in_role(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->stray_count; i++)
		if (strcmp(x->portrait->strays[i].element, "EntityAttributes") == 0)
			rule_found(x, x->portrait->strays[i].at, entity_itself);
}

/* The registry's own policy is the operator's to set; a believed source brings its own. */
void
check_registration_policy(struct examination *x)
{
	if (x->examined->registration_believed && x->portrait->registrations == 1 &&
	    x->portrait->registration_policies.count == 0)
		rule_found(x, span_text("Extensions/RegistrationInfo"), x->portrait->registration_authority);
}

void
check_value_space(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->attribute_count; i++) {
		const struct portrait_attribute *a = &x->portrait->attributes[i];

		for (size_t n = 0; n < a->value_count; n++) {
			struct span v = a->values[n];

			if (v.size && (xml_is_space(v.data[0]) || xml_is_space(v.data[v.size - 1])))
				rule_found(x, a->at, v);
		}
	}
}

/* Its roles */

static bool
is_sso(const struct portrait_role *role)
{
	return role_is(role, "IDPSSODescriptor") || role_is(role, "SPSSODescriptor");
}

void
check_idp_key(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_role *role = &x->portrait->roles[i];
		bool signs = !role_is(role, "IDPSSODescriptor");

		for (size_t k = 0; k < role->key_count; k++)
			signs = signs || (role->keys[k].der.size && !span_is(role->keys[k].use, "encryption"));
		if (!signs)
			rule_found(x, role->at, entity_itself);
	}
}

void
check_ui_empty(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_ui *ui = &x->portrait->roles[i].ui;

		find_empty(x, &ui->names);
		find_empty(x, &ui->descriptions);
		find_empty(x, &ui->keywords);
		find_empty(x, &ui->information_urls);
		find_empty(x, &ui->privacy_urls);
		for (size_t n = 0; n < ui->logo_count; n++)
			if (ui->logos[n].url.size == 0)
				rule_found(x, ui->logos[n].at, entity_itself);
	}
}

void
check_geolocation(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_role *role = &x->portrait->roles[i];

		for (size_t n = 0; n < role->geolocation_count; n++)
			if (!span_starts(role->geolocations[n].text, "geo:"))
				rule_found(x, role->geolocations[n].at, role->geolocations[n].text);
	}
}

static bool
is_size(struct span text)
{
	uint64_t number;

	return span_number(text, &number) && number > 0;
}

void
check_logo_size(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_ui *ui = &x->portrait->roles[i].ui;

		for (size_t n = 0; n < ui->logo_count; n++)
			if (!is_size(ui->logos[n].width) || !is_size(ui->logos[n].height))
				rule_found(x, ui->logos[n].at, is_size(ui->logos[n].width) ? ui->logos[n].height :
				    ui->logos[n].width);
	}
}

void
check_service_name(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		find_empty(x, &x->portrait->roles[i].service_names);
}

static void
find_endpoints(struct examination *x, const char *element, bool (*wrong)(const struct portrait_endpoint *))
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_role *role = &x->portrait->roles[i];

		for (size_t n = 0; n < role->endpoint_count; n++)
			if (strcmp(role->endpoints[n].element, element) == 0 && wrong(&role->endpoints[n]))
				rule_found(x, role->endpoints[n].at, role->endpoints[n].binding);
	}
}

static bool
is_redirect(const struct portrait_endpoint *e)
{
	return span_is(e->binding, BINDINGS "HTTP-Redirect");
}

void
check_acs_redirect(struct examination *x)
{
	find_endpoints(x, "AssertionConsumerService", is_redirect);
}

static bool
is_not_discovery(const struct portrait_endpoint *e)
{
	return !span_is(e->binding, DISCOVERY);
}

void
check_discovery_binding(struct examination *x)
{
	find_endpoints(x, "DiscoveryResponse", is_not_discovery);
}

void
check_discovery_index(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_role *role = &x->portrait->roles[i];
		struct twin *twins = arena_array(x->arena, struct twin, role->endpoint_count);
		size_t count = 0;

		for (size_t n = 0; n < role->endpoint_count; n++) {
			const struct portrait_endpoint *e = &role->endpoints[n];

			if (strcmp(e->element, "DiscoveryResponse") != 0)
				continue;
			if (e->index.size == 0)
				rule_found(x, e->at, e->index);
			else
				twins[count++] = (struct twin){ .value = e->index, .at = e->at };
		}
		rule_twins(x, twins, count);
	}
}

/* Warnings */

void
check_scope_undeclared(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++) {
		const struct portrait_role *role = &x->portrait->roles[i];

		for (size_t n = 0; n < role->scope_count; n++)
			if (role->scopes[n].lang.size == 0)
				rule_found(x, role->scopes[n].at, role->scopes[n].text);
	}
}

void
check_name_missing(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		if (is_sso(&x->portrait->roles[i]) && x->portrait->roles[i].ui.names.count == 0)
			rule_found(x, x->portrait->roles[i].at, entity_itself);
}

void
check_description_missing(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		if (is_sso(&x->portrait->roles[i]) && x->portrait->roles[i].ui.descriptions.count == 0)
			rule_found(x, x->portrait->roles[i].at, entity_itself);
}

void
check_logo_missing(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->role_count; i++)
		if (is_sso(&x->portrait->roles[i]) && x->portrait->roles[i].ui.logo_count == 0)
			rule_found(x, x->portrait->roles[i].at, entity_itself);
}
