/* tools/ctl/policy_oscal.c - `watashictl policy oscal`: a version, or a profile of it, for tools that read OSCAL. */
#include "assurance/oscal.h"
#include "ctl/policy.h"

enum ending
policy_oscal(struct ctl *ctl, int argc, char **argv)
{
	const char *name = NULL, *facts = NULL, *profile = NULL, *out = NULL;
	const struct flag flags[] = {
		{ .name = "profile", .argument = "ID",
		    .help = "this profile, which imports the catalog as NAME-VERSION-catalog.json",
		    .text = &profile },
		{ .name = "facts", .argument = "FILE", .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ .name = "out", .argument = "FILE", .help = "write there, not to standard output", .text = &out },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy oscal DIR|NAME|FRAMEWORK@VERSION [--profile ID] [--out FILE]",
		.about = "Writes a version as an OSCAL " OSCAL_VERSION
			 " catalog, or one of its profiles as an OSCAL profile: JSON for auditors'\ntools. The same "
			 "version gives the same file. Without the daemon, but for a version that it has.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct buffer text = buffer_init(OSCAL_LARGEST);
	struct policy_version version;
	const struct profile *of;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &name, &ending))
		return ending;
	if (policy_version_read(ctl, name, facts, &version, &why) != OK)
		return refused(&why);
	of = profile ? profile_find(version.framework, span_text(profile)) : NULL;
	if (profile && !of)
		return misused("--profile: %s has no profile \"%s\"", version.directory, profile);
	if (of)
		oscal_profile_write(&text, version.framework, of);
	else
		oscal_catalog_write(&text, version.framework);
	ending = policy_output(ctl, out, buffer_span(&text));
	buffer_release(&text);
	return ending;
}
