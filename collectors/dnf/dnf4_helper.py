# SPDX-License-Identifier: Apache-2.0
"""What dnf 4 knows about pending updates, as one JSON object: dnf4_output.h has its shape, no rule is in here.

Run by the interpreter of /usr/bin/dnf (3.6 and later) as `python3 -I -c THIS ROOT DATABASE`. It only reads: metadata
from the cache, no lock, no log, no history. dnf's own command line object sets everything up, so that configuration,
variables and plugins are what they are for `dnf check-update`.
"""

import gc
import json
import logging
import os
import re
import shutil
import sys
import tempfile

# Plugins print to stdout what they like: that is not the answer's channel.
ANSWER = os.fdopen(os.dup(1), "w", encoding="ascii")
os.dup2(2, 1)
os.environ["DNF_DISABLE_ALIASES"] = "1"

CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.IGNORECASE)
# Of the image itself, not of its modules: "kernel-core-uname-r = 5.14.0-427.el9.x86_64".
KERNEL = re.compile(r"kernel(?:-(?!modules|devel|headers)\w+)*-uname-r = (\S+)")
MOST_COMPLAINTS = 100


class Complaints(logging.Handler):
    """dnf's own warnings and errors, which a terminal would show."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        if len(self.texts) < MOST_COMPLAINTS:
            self.texts.append({"error": record.levelno >= logging.ERROR, "text": record.getMessage()[:2000]})


class NoLock:
    """Reading takes no lock: it would stop others, and wait for them for ever."""

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        return False


def set_up(root, database, scratch):
    """A dnf that is configured as the machine's own, and has loaded nothing yet."""
    import dnf.cli.cli
    import dnf.lock
    import dnf.logging
    import dnf.persistor
    import dnf.sack
    import hawkey

    use_database(database, scratch)
    repair_configuration()
    dnf.lock.build_metadata_lock = lambda *ignored, **more: NoLock()
    dnf.logging.Logging._setup_from_dnf_conf = lambda *ignored, **more: None
    # To look up what has expired it would make the folder and the file; the cache counts anyway.
    dnf.persistor.RepoPersistor.get_expired_repos = lambda *ignored: []
    # A cache of the parsed metadata would be written beside the metadata.
    dnf.sack.Sack.load_repo = lambda sack, repo, build_cache=False, **more: hawkey.Sack.load_repo(sack, repo, **more)

    base = dnf.cli.cli.BaseCli()
    cli = dnf.cli.cli.Cli(base)
    arguments = ["-C", "-q", "--setopt=exit_on_lock=1"]
    if root != "/":
        arguments += ["--installroot", root] + plugins_of(root, scratch)
    cli.configure(arguments + ["check-update"])
    cli.demands.plugin_filtering_enabled = True  # else version locks count only for what installs
    base.conf.logdir = scratch
    if not os.path.isdir(base.conf.cachedir):
        base.conf.cachedir = scratch  # else it would be made
    return base


def repair_configuration():
    """Names of repositories may be in another encoding than UTF-8, which the library's own binding does not take back."""
    import libdnf.conf

    parser = libdnf.conf.ConfigParser
    original = parser.getSubstitutedValue

    def repaired(self, section, key):
        value = original(self, section, key)
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if isinstance(value, str) else value

    parser.getSubstitutedValue = repaired


def use_database(database, scratch):
    """The assessed system may have its database elsewhere than this machine. rpm reads its configuration more than once,
    so only a file can say it."""
    import rpm

    if not database or rpm.expandMacro("%_dbpath") == database:
        return
    os.environ["HOME"] = scratch
    os.makedirs(os.path.join(scratch, ".config/rpm"))
    for name in (".rpmmacros", ".config/rpm/macros"):
        with open(os.path.join(scratch, name), "w", encoding="utf-8") as file:
            file.write("%_dbpath " + database + "\n")
    rpm.reloadConfig()


def plugins_of(root, scratch):
    """dnf takes plugin configuration from this machine even for another root; its paths are that root's."""
    source, target = os.path.join(root, "etc/dnf/plugins"), os.path.join(scratch, "plugins")
    os.mkdir(target)
    for name in os.listdir(source) if os.path.isdir(source) else []:
        if name.endswith(".conf"):
            with open(os.path.join(source, name), encoding="utf-8", errors="replace") as file:
                text = re.sub(r"(?m)^(\s*locklist\s*=\s*)/", lambda found: found.group(1) + root + "/", file.read())
            with open(os.path.join(target, name), "w", encoding="utf-8") as file:
                file.write(text)
    return ["--setopt=pluginconfpath=" + target]


def keep_for_good():
    """dnf has the garbage collected before it loads, by going through everything that was imported; this process ends before
    there is any."""
    gc.disable()
    if hasattr(gc, "freeze"):  # since Python 3.7
        gc.freeze()


def load(base):
    """Fills the sack from the cache. The repositories that were asked for; what could not be loaded is disabled after."""
    import dnf.repo

    asked = list(base.repos.iter_enabled())
    for repo in asked:
        repo.skip_if_unavailable = True  # one that is broken must not hide the others; we compare
        repo._repo.setSyncStrategy(dnf.repo.SYNC_ONLY_CACHE)
    base.fill_sack(load_system_repo=True)
    return asked


def quietly(ask, otherwise=None):
    """What not every dnf 4 has."""
    try:
        return ask()
    except Exception:  # pylint: disable=broad-except
        return otherwise


def repository(base, repo, complaints):
    loaded = repo.enabled
    facts = {"id": repo.id, "name": repo.name or "", "loaded": bool(loaded)}
    if not loaded:
        facts["problem"] = next((one["text"] for one in complaints if "'%s'" % repo.id in one["text"]), "")
        facts["cached"] = os.path.exists(os.path.join(repo._repo.getCachedir(), "repodata/repomd.xml"))
        return facts
    facts["checked"] = quietly(repo._repo.getTimestamp)
    facts["published"] = quietly(repo._repo.getMaxTimestamp)
    facts["revision"] = quietly(repo._repo.getRevision, "")
    updateinfo = quietly(lambda: repo._repo.getMetadataPath("updateinfo"), "")
    facts["advisories"] = bool(updateinfo) and os.path.exists(updateinfo)
    facts["updateinfo"] = updateinfo or ""
    return facts


def package(one):
    return {
        "name": one.name,
        "evr": one.evr,
        "arch": one.arch,
        "repo": one.reponame,
        "source": one.sourcerpm or "",
        "vendor": quietly(lambda: one.vendor, "") or "",
        "size": one.downloadsize,
        "built": one.buildtime,
    }


def newest(query, name, flags):
    """The query's newer versions; a dnf before 4.2 knows no priorities there."""
    try:
        found = query.filter(**{name + "_by_priority": flags})
    except ValueError:
        found = query.filter(**{name: flags})
    return [one for one in found.latest() if one.arch not in ("src", "nosrc")]


def obsoleters(base, query, installed):
    """[(new package, what it replaces)], unless the configuration ignores that."""
    if not base.conf.obsoletes:
        return []
    pairs = []
    for one in newest(query, "obsoletes", installed):
        replaced = [old for old in installed.filter(provides=one.obsoletes) if old.name != one.name]
        # "Obsoletes" of a name means the package of that name, not who provides it.
        names = {str(each).split()[0] for each in one.obsoletes}
        replaced = [old for old in replaced if old.name in names]
        if replaced:
            pairs.append((one, replaced))
    return pairs


def plan(base, candidates):
    """What a full upgrade would do: {"installs", "removes", "problems"}, or None when the solver gave no answer."""
    base.upgrade_all()
    goal = base._goal
    if not goal.run(allow_uninstall=False, force_best=False, ignore_weak=not base.conf.install_weak_deps):
        return None
    installs = goal.list_upgrades() + goal.list_installs() + goal.list_downgrades()
    answer = {
        "installs": sorted(map(nevra, installs)),
        "removes": sorted(nevra(one) for one in goal.list_obsoleted() + goal.list_erasures()),
        "problems": [],
    }
    if not set(map(str, candidates)) <= set(map(str, installs)):
        answer["problems"] = quietly(lambda: problems(base), [])
    return answer


def problems(base):
    """Why the newest of everything can't be installed, in dnf's own words."""
    goal = base._goal
    goal.run(allow_uninstall=False, force_best=True, ignore_weak=True)
    return ["; ".join(rules) if isinstance(rules, (list, tuple)) else str(rules) for rules in goal.problem_rules()][:200]


def nevra(one):
    return "%s-%s.%s" % (one.name, one.evr, one.arch)


TYPES = ("SECURITY", "BUGFIX", "ENHANCEMENT", "NEWPACKAGE")


def advisories(base, rows):
    """Of rows of an advisory's packages: each advisory once, with those packages."""
    import hawkey

    words = {getattr(hawkey, "ADVISORY_" + word): word.lower() for word in TYPES}
    found, sack = {}, base.sack
    for row in rows:
        advisory = row.get_advisory(sack)
        identity = advisory.id
        if identity not in found:
            found[identity] = advisory_facts(advisory, words, hawkey)
        fact = [row.name, row.evr, row.arch, bool(getattr(row, "reboot_suggested", False))]
        if fact not in found[identity]["packages"]:
            found[identity]["packages"].append(fact)
    return list(found.values())


def advisory_facts(advisory, words, hawkey):
    # Each attribute is a call into the library that makes a new object.
    identity, title, updated, references = advisory.id, advisory.title or "", advisory.updated, list(advisory.references)
    cves = [one.id for one in references if one.type == hawkey.REFERENCE_CVE and one.id]
    text = "%s %s" % (title, advisory.description or "")
    if "cve-" in text.lower():  # most have none, and seeing that is ten times as fast
        cves += CVE.findall(text)
    url = next((one.url for one in references if one.id == identity and one.url), "")
    return {
        "id": identity,
        "type": words.get(advisory.type, ""),
        "severity": advisory.severity or "",
        "title": title,
        "issued": updated.replace(microsecond=0).isoformat() + "Z" if updated else "",
        "cves": cves,
        "url": url or "",
        "packages": [],
    }


def modules(base, candidates):
    """nevra -> "name:stream" of the candidates that an active module stream ships."""
    container = base._moduleContainer
    wanted = {"%s-%s:%s-%s.%s" % (one.name, one.epoch, one.version, one.release, one.arch): nevra(one) for one in candidates}
    found = {}
    for one in container.getModulePackages() if container else []:
        if container.isModuleActive(one):
            for artifact in one.getArtifacts():
                if artifact in wanted:
                    found[wanted[artifact]] = "%s:%s" % (one.getName(), one.getStream())
    return found


def held_by(base, one):
    """Which setting hides this package: the pattern of an exclude, else nothing that the configuration tells."""
    import dnf.subject
    import hawkey

    repo = base.repos.get(one.reponame)
    for pattern in list(base.conf.excludepkgs) + (list(repo.excludepkgs) if repo else []):
        subject = dnf.subject.Subject(pattern)
        query = base.sack.query(flags=hawkey.IGNORE_EXCLUDES).filter(name=one.name, evr=one.evr, arch=one.arch)
        if any(query.intersection(subject.get_best_query(base.sack, with_provides=False, with_filenames=False, query=query))):
            return "excludepkgs " + pattern
    if list(base.conf.includepkgs) or (repo and list(repo.includepkgs)):
        return "includepkgs"
    return ""


def installonly(base, installed):
    kernels = []
    for one in installed.filter(provides=list(base.conf.installonlypkgs)):
        releases = [found.group(1) for found in map(KERNEL.match, map(str, one.provides)) if found]
        kernels.append({"name": one.name, "evr": one.evr, "arch": one.arch, "release": releases[0] if releases else "",
                        "source": one.sourcerpm or ""})
    return kernels


def offers_libc(base, installed):
    """Whether some repository has the C library in any version, as each system's own do; None: this system has none itself."""
    import hawkey

    if not installed.filter(name="glibc"):
        return None
    return bool(base.sack.query(flags=hawkey.IGNORE_EXCLUDES).available().filter(name="glibc"))


def facts(root, database, scratch, complaints):
    import dnf.const
    import hawkey

    base = set_up(root, database, scratch)
    keep_for_good()
    asked = load(base)
    # An exclude hides installed packages too.
    installed = base.sack.query(flags=hawkey.IGNORE_EXCLUDES).installed()
    upgrades = newest(base.sack.query(), "upgrades", True)
    pairs = obsoleters(base, base.sack.query(), installed)
    seen = {nevra(one) for one in upgrades} | {nevra(new) for new, _ in pairs}
    everything = base.sack.query(flags=hawkey.IGNORE_REGULAR_EXCLUDES)
    held = [one for one in newest(everything, "upgrades", True) if nevra(one) not in seen]
    held_pairs = [pair for pair in obsoleters(base, everything, installed) if nevra(pair[0]) not in seen]
    candidates = upgrades + held + [new for new, _ in pairs + held_pairs]
    every_version = base.sack.query(flags=hawkey.IGNORE_REGULAR_EXCLUDES).upgrades()
    rows = installed.get_advisory_pkgs(hawkey.GT)
    # The advisory of another architecture than the installed package's has no row there.
    rows += every_version.get_advisory_pkgs(hawkey.EQ)
    if pairs or held_pairs:
        replacing = base.sack.query(flags=hawkey.IGNORE_EXCLUDES).filter(pkg=[new for new, _ in pairs + held_pairs])
        rows += replacing.get_advisory_pkgs(hawkey.EQ | hawkey.LT)
    names = {one.name for one in candidates}
    at_hand = installed.filter(name=list(names)) if names else []

    return {
        "tool": dnf.const.VERSION,
        "installedCount": len(installed),
        "repositories": [repository(base, one, complaints.texts) for one in asked],
        "offersLibc": offers_libc(base, installed),
        "installed": [package(one) for one in at_hand],
        "upgrades": [package(one) for one in upgrades],
        "obsoletes": [dict(package(new), replaces=[nevra(old) for old in replaced]) for new, replaced in pairs],
        "held": [dict(package(one), by=held_by(base, one), replaces=[]) for one in held]
        + [dict(package(new), by=held_by(base, new), replaces=[nevra(old) for old in replaced]) for new, replaced in held_pairs],
        "installonly": installonly(base, installed),
        "modules": quietly(lambda: modules(base, candidates), {}),
        "advisories": advisories(base, rows),
        "plan": plan(base, upgrades + [new for new, _ in pairs]) if upgrades or pairs else {"installs": [], "removes": [], "problems": []},
        "complaints": complaints.texts,
    }


def main():
    root, database = sys.argv[1:3]
    complaints = Complaints()
    logging.getLogger("dnf").addHandler(complaints)
    scratch = tempfile.mkdtemp(prefix="patchstate-dnf-")
    code = 0
    try:
        answer = facts(root, database, scratch, complaints)
    except (Exception, SystemExit) as error:  # pylint: disable=broad-except
        answer = {"error": {"type": type(error).__name__, "text": str(error)}, "complaints": complaints.texts}
        code = 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    ANSWER.write(json.dumps(answer) + "\n")  # json.dump would not take the encoder that is written in C
    ANSWER.flush()
    # Without dnf's own tidying up, which writes.
    os._exit(code)


main()
