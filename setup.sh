#!/usr/bin/env bash
# Prepares this machine for tornado-nn and runs it: ./setup.sh --help
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
private=${XDG_DATA_HOME:-$HOME/.local/share}/tornado-nn
wanted=25

usage() {
    cat <<EOF
Usage: ./setup.sh COMMAND [options]

  run [options]   train a ViT with LayerNorm and one with DyT (about three minutes);
                  options are those of ./tornado-nn train, such as --data FOLDER|ZIP
  test            run every test
  build           build only
  java            print the Java that is used

Each command first sees to a JDK $wanted, Maven and an OpenCL device. It asks nothing and
leaves the machine's own Java as it is. Running it again does no harm.
EOF
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

java_version() {
    "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p'
}

find_jdk() {
    local from_path=""
    command -v javac >/dev/null 2>&1 && from_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    local dir version
    for dir in "${JAVA_HOME:-}" "$from_path" "$private"/jdk-* /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
        if [ -n "$dir" ] && [ -x "$dir/bin/javac" ]; then
            version=$(java_version "$dir")
            case $version in
                ''|*[!0-9]*) ;;
                *) if [ "$version" -ge "$wanted" ]; then echo "$dir"; return 0; fi ;;
            esac
        fi
    done
    return 1
}

install_jdk() {
    local arch
    case $(uname -m) in
        x86_64) arch=x64 ;;
        aarch64|arm64) arch=aarch64 ;;
        *) fail "There is no known JDK $wanted download for $(uname -m). Install a JDK $wanted and set JAVA_HOME." ;;
    esac
    local os=linux
    [ "$(uname -s)" = Darwin ] && os=mac
    local base="https://api.adoptium.net/v3"
    say "JDK $wanted: not found; downloading Eclipse Temurin to $private ..."
    mkdir -p "$private"
    local archive="$private/jdk.tar.gz"
    local name sum
    if ! name=$(curl -fsSL "$base/assets/latest/$wanted/hotspot?architecture=$arch&image_type=jdk&os=$os"); then
        fail "JDK $wanted: none was found and the download failed (no network?). Install a JDK $wanted and set JAVA_HOME."
    fi
    sum=$(printf '%s' "$name" | tr ',{}' '\n\n\n' | sed -n 's/.*"checksum": *"\([0-9a-f]*\)".*/\1/p' | head -n 1)
    curl -fL --progress-bar -o "$archive" "$base/binary/latest/$wanted/ga/$os/$arch/jdk/hotspot/normal/eclipse" ||
        fail "JDK $wanted: the download failed. Install a JDK $wanted and set JAVA_HOME."
    echo "$sum  $archive" | { sha256sum -c - 2>/dev/null || shasum -a 256 -c -; } >/dev/null ||
        fail "JDK $wanted: the download does not match its checksum. Try again."
    tar -xzf "$archive" -C "$private" && rm "$archive"
}

# Runs a package command as root, or names it and stops.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo "$@"
    else
        fail "This needs root once. Run as root:  $*    and then this command again."
    fi
}

install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        fail "Install $1 with your system's package manager, then run this command again."
    fi
    shift
    say "Installing $* ..."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$@" >&2 || {
        as_root apt-get update -q >&2
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$@" >&2
    }
}

need_java() {
    if ! JAVA_HOME=$(find_jdk); then
        install_jdk
        JAVA_HOME=$(find_jdk) || fail "JDK $wanted: not found after the download in $private. Remove that folder and try again."
    fi
    export JAVA_HOME PATH="$JAVA_HOME/bin:$PATH"
    say "JDK:    $(java_version "$JAVA_HOME") in $JAVA_HOME"
}

need_maven() {
    command -v mvn >/dev/null 2>&1 || install_packages "Apache Maven 3.8 or newer" maven
    say "Maven:  $(command -v mvn)"
}

need_opencl() {
    if [ "$(uname -s)" = Darwin ]; then
        return
    fi
    if ! { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -q 'libOpenCL\.so'; then
        say "OpenCL: no loader (libOpenCL); PoCL will make the CPU an OpenCL device"
        install_packages "an OpenCL loader and PoCL" ocl-icd-libopencl1 pocl-opencl-icd
    elif ! ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1 && [ -z "${OCL_ICD_VENDORS:-}" ]; then
        say "OpenCL: a loader but no device driver; PoCL will make the CPU an OpenCL device"
        install_packages "PoCL, or your GPU's OpenCL driver" pocl-opencl-icd
    fi
    say "OpenCL: $(ls /etc/OpenCL/vendors/*.icd 2>/dev/null | xargs -r -n 1 basename | tr '\n' ' ')"
}

prepare() {
    need_java
    need_maven
    if [ -n "${TORNADOVM_HOME:-}" ]; then
        say "TornadoVM SDK: $TORNADOVM_HOME"
    else
        need_opencl
    fi
}

maven() {
    (cd "$here" && MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" mvn -B -ntp "$@")
}

build() {
    local stamp="$here/examples/target/built"
    if [ -f "$stamp" ] && [ -z "$(find "$here" -name target -prune -o \( -name '*.java' -o -name pom.xml \) -newer "$stamp" -print | head -n 1)" ]; then
        return
    fi
    say "Building ..."
    maven -q package -DskipTests -Dspotless.check.skip=true >&2
    touch "$stamp"
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
    run)
        prepare
        build
        exec "$here/tornado-nn" train "$@"
        ;;
    test)
        prepare
        maven verify "$@"
        ;;
    build)
        prepare
        build
        ;;
    java)
        echo "$(find_jdk || fail "No JDK $wanted was found. Run: $here/setup.sh build")/bin/java"
        ;;
    -h|--help|help|'') usage ;;
    *)
        say "There is no command $command."
        usage >&2
        exit 2
        ;;
esac
