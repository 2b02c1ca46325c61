#!/usr/bin/env bash
# Prepares this machine for tornado-nn and runs it: ./setup.sh --help
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
private=${XDG_DATA_HOME:-$HOME/.local/share}/tornado-nn
wanted=25

usage() {
    cat <<EOF
Usage: ./setup.sh COMMAND [options]

  run [options]   train a ViT with LayerNorm and one with DyT (two to three minutes);
                  options are those of ./tornado-nn train, such as --data FOLDER|ZIP
  test            run every test; at the end, a table of what passed on which device
  table [--docs]  print that table again; --docs keeps it in docs/results/suite.md
  bench [options] measure the device, every op and training steps: ./tornado-nn bench --help;
                  --peers downloads and runs other libraries beside ours
  build           build only
  --with-tornadovm [BACKEND]
                  install an official release of the TornadoVM SDK for JDK $wanted,
                  for opencl (the default), cuda, ptx, spirv or metal

Options of run and test:
  --engine embedded|sdk   the engine of this project, or the TornadoVM SDK that
                  TORNADOVM_HOME names; the default is sdk where that is set

run, test and build first see to a JDK $wanted, Maven and an OpenCL device. Nothing is
asked and the machine's own Java is left as it is. Running it again does no harm.
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

# Checks the SDK and prints the arguments that start a JVM on it, one a line.
sdk_arguments() {
    local home=${TORNADOVM_HOME:-}
    local get="Set TORNADOVM_HOME to a TornadoVM SDK for JDK $wanted, or get one: $here/setup.sh --with-tornadovm"
    [ -n "$home" ] || fail "The engine sdk needs TORNADOVM_HOME. $get"
    [ -d "$home" ] || fail "TORNADOVM_HOME is $home, and there is no such folder. $get"
    home=$(cd "$home" && pwd)
    local api
    api=$(find "$home/share/java/tornado" -name 'tornado-api-*.jar' 2>/dev/null | head -n 1)
    [ -n "$api" ] || fail "TORNADOVM_HOME is $home, which is no TornadoVM SDK: it has no share/java/tornado/tornado-api jar. $get"
    local version
    version=$(basename "$api" .jar)
    version=${version#tornado-api-}
    case $version in
        [0-4].* | 5.[01].*) fail "TORNADOVM_HOME is TornadoVM $version, which is too old: 5.2 or newer is needed. $get" ;;
    esac
    local jdk=${version#*jdk} java
    java=$(java_version "$JAVA_HOME")
    case $version in
        *jdk$java | *jdk$java-*) ;;
        *jdk$wanted*) fail "TORNADOVM_HOME is TornadoVM $version, and $JAVA_HOME is JDK $java. Set JAVA_HOME to a JDK $wanted." ;;
        *jdk*) fail "TORNADOVM_HOME is TornadoVM $version, which is for JDK ${jdk%%-*}. $get" ;;
    esac
    local argfile=$home/tornado-argfile
    if ! grep -qs -- "java.library.path=$home/lib" "$argfile"; then
        fail "The SDK in $home has no tornado-argfile for its place. Make it:  JAVA_HOME=$JAVA_HOME TORNADOVM_HOME=$home $home/bin/tornado --generate-argfile"
    fi
    local backends backend
    backends=$(sed -n 's/^--add-modules //p' "$argfile" | tr , '\n' | sed -n 's/^tornado\.drivers\.//p' | sed '/^common$/d')
    [ -n "$backends" ] || fail "The SDK in $home has no backend, so it has no device. $get"
    for backend in $backends; do
        compgen -G "$home/share/java/tornado/tornado-drivers-$backend-[0-9]*.jar" >/dev/null ||
            fail "The SDK in $home is not whole: its tornado-argfile names the backend $backend, whose jar is missing. $get"
    done
    compgen -G "$home/share/java/graalJars/compiler-*.jar" >/dev/null ||
        fail "The SDK in $home is not whole: share/java/graalJars has no compiler. $get"
    # cuBLAS is measured beside our products.
    if grep -qx cuda <<<"$backends" && compgen -G "$home/share/java/tornado/tornado-cublas-[0-9]*.jar" >/dev/null; then
        echo --add-modules=tornado.cublas
    fi
    # The last module path counts: without the current directory, whose jars would become modules. No bailout: a kernel that
    # cannot be compiled must fail, not run as sequential Java. The device's own memory is the limit, which the model checks.
    printf '%s\n' "@$argfile" "--module-path=$home/share/java/tornado" -Dtornado.recover.bailout=False \
        -Dtornado.device.memory=1024GB -Dtornado.tvm.maxbytecodesize=1048576
}

# The engine that was asked for, as the arguments of its JVM, one a line.
engine_arguments() {
    case $1 in
        # Tensors lie outside of Java's heap, so little is in it; the default collector would let that grow to a gigabyte.
        embedded) printf '%s\n' --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC ;;
        sdk) sdk_arguments ;;
        *) fail "There is no engine $1. The engines are embedded and sdk." ;;
    esac
}

install_tornadovm() {
    local backend=${1:-opencl} version=5.2.0-jdk$wanted os=linux arch=amd64
    case $backend in
        opencl|cuda|ptx|spirv|metal|full) ;;
        *) fail "There is no backend $backend. The backends are opencl, cuda, ptx, spirv, metal, and full for all." ;;
    esac
    [ "$(uname -s)" = Darwin ] && os=mac
    case $(uname -m) in arm64|aarch64) arch=aarch64 ;; esac
    local target=$private/tornadovm-$version-$backend
    if [ -d "$target" ]; then
        say "TornadoVM: already in $target"
    elif [ -s "${SDKMAN_DIR:-$HOME/.sdkman}/bin/sdkman-init.sh" ]; then
        say "TornadoVM: installing $version with the backend $backend by SDKMAN ..."
        (set +u; . "${SDKMAN_DIR:-$HOME/.sdkman}/bin/sdkman-init.sh"; echo n | sdk install tornadovm "$version-$backend") >&2 ||
            fail "TornadoVM: SDKMAN could not install $version-$backend (no network?). The releases are at https://github.com/beehive-lab/TornadoVM/releases"
        target=${SDKMAN_DIR:-$HOME/.sdkman}/candidates/tornadovm/$version-$backend
    else
        local name=tornadovm-$version-$backend-$os-$arch.zip
        local releases=https://github.com/beehive-lab/TornadoVM/releases
        local archive=$private/$name digest
        say "TornadoVM: downloading $name ..."
        mkdir -p "$private"
        digest=$(curl -fsSL "https://api.github.com/repos/beehive-lab/TornadoVM/releases/tags/v$version" |
            tr ',{}' '\n\n\n' | grep -A 40 "\"name\": *\"$name\"" | sed -n 's/.*"digest": *"sha256:\([0-9a-f]*\)".*/\1/p' | head -n 1) &&
            [ -n "$digest" ] && curl -fL --progress-bar -o "$archive" "$releases/download/v$version/$name" ||
            fail "TornadoVM: $name could not be downloaded (no network, or no such release). Get it from $releases, unpack it and set TORNADOVM_HOME."
        echo "$digest  $archive" | { sha256sum -c - 2>/dev/null || shasum -a 256 -c -; } >/dev/null ||
            fail "TornadoVM: $archive does not match its checksum. Try again."
        mkdir "$target.part"
        (cd "$target.part" && "$JAVA_HOME/bin/jar" -xf "$archive") && rm "$archive"
        mv "$target.part"/tornadovm-* "$target" && rmdir "$target.part"
        chmod +x "$target"/bin/*
    fi
    if ! [ -f "$target/tornado-argfile" ]; then
        TORNADOVM_HOME=$target "$target/bin/tornado" --generate-argfile >&2 || fail "TornadoVM: the argument file could not be made; see above."
    fi
    say "TornadoVM: run it with  export TORNADOVM_HOME=$target"
}

prepare() {
    need_java
    need_maven
    if [ "$engine" = sdk ]; then
        sdk_arguments >/dev/null
        say "TornadoVM SDK: $TORNADOVM_HOME"
    else
        need_opencl
    fi
}

maven() {
    (cd "$here" && MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" mvn -B -ntp "$@")
}

# Builds without running the tests, which the command test does. Maven's parting colour codes are left out.
package() {
    say "Building ..."
    maven -q package -DskipTests -Dspotless.check.skip=true "$@" 2>&1 | sed 's/\x1b\[0m//g' >&2
    touch "$here/examples/target/built"
}

build() {
    local stamp="$here/examples/target/built"
    if [ ! -f "$stamp" ] || [ -n "$(find "$here" -name target -prune -o \( -name '*.java' -o -name pom.xml -o -path '*/src/main/resources/*' \) -newer "$stamp" -print | head -n 1)" ]; then
        package
    fi
}

# The table of the tests that ran last; with --docs it is kept in docs/results.
table() {
    "$JAVA_HOME/bin/java" -cp "$here/suite/target/classes:$here/suite/target/lib/*" org.tornadonn.suite.SuiteTable "$here" "$@"
}

command=${1:-}
[ $# -gt 0 ] && shift
engine=$([ -n "${TORNADOVM_HOME:-}" ] && echo sdk || echo embedded)
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --engine) engine=${2:-}; shift ;;
        --engine=*) engine=${1#*=} ;;
        *) options+=("$1") ;;
    esac
    shift
done
set -- ${options[@]+"${options[@]}"}
case $command in
    run)
        prepare
        build
        exec "$here/tornado-nn" --engine "$engine" train "$@"
        ;;
    test)
        prepare
        jvm=$(engine_arguments "$engine")
        excluded=
        if [ "$engine" = sdk ]; then
            excluded=embedded
            say "Tests of the embedded engine itself do not apply to the SDK and are left out."
        fi
        rm -f "$here"/*/target/suite.jsonl
        status=0
        maven verify -Dengine="$engine" -Dengine.arguments="${jvm//$'\n'/ }" -Dengine.excluded="$excluded" "$@" || status=$?
        table || status=1
        [ "$status" = 0 ] || say "Tests FAILED: see the lines with [ERROR] above the table."
        exit "$status"
        ;;
    table)
        need_java
        table "$@"
        ;;
    bench)
        prepare
        case " $* " in
            *' --peers '*) package -P peers ;;
            *) build ;;
        esac
        exec "$here/tornado-nn" --engine "$engine" bench "$@"
        ;;
    build)
        prepare
        build
        ;;
    java)
        JAVA_HOME=$(find_jdk) || fail "No JDK $wanted was found. Run: $here/setup.sh build"
        arguments=$(engine_arguments "${1:-$engine}")
        printf '%s\n' "$JAVA_HOME/bin/java" "$arguments"
        ;;
    --with-tornadovm)
        need_java
        install_tornadovm "$@"
        ;;
    -h|--help|help|'') usage ;;
    *)
        say "There is no command $command."
        usage >&2
        exit 2
        ;;
esac
