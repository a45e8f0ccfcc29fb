# SPDX-License-Identifier: Apache-2.0
# bash completion for patchstate

_patchstate() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} choices
    COMPREPLY=()
    case $previous in
        --format)
            choices='table json azure ocsf csv openmetrics nagios'
            [[ $command == status ]] && choices='table json'
            mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
            return
            ;;
        --refresh)
            mapfile -t COMPREPLY < <(compgen -W 'never always if-older-than' -- "$word")
            return
            ;;
        if-older-than | --max-metadata-age | --hub) return ;;
        --root)
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        --output | --config | --file | --ca | --token-file)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
    esac
    if ((COMP_CWORD == 1)); then
        choices='check status collectors assess settings record schema send enroll doctor --version --help'
    else
        case $command in
            check)
                choices='--format --output --root --refresh --max-metadata-age --only-security --strict-updates --config --help'
                ;;
            status) choices='--format --strict-updates --config --help' ;;
            collectors) choices='--root --config --help' ;;
            assess) choices='--refresh --config --help' ;;
            settings) choices='--config --help' ;;
            record)
                choices='--root --config --help'
                [[ $word == -* ]] || mapfile -t COMPREPLY < <(compgen -d -- "$word")
                ;;
            schema) choices='--help' ;;
            doctor) choices='--ca --config --help' ;;
            send) choices='--file --full --all --due --ca --config --help' ;;
            enroll) choices='--hub --token-file --ca --config --help' ;;
        esac
    fi
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -o filenames -F _patchstate patchstate
