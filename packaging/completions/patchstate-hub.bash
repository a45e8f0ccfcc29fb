# SPDX-License-Identifier: Apache-2.0
# bash completion for patchstate-hub

_patchstate_hub() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} choices=''
    local command="${COMP_WORDS[*]:1:COMP_CWORD-1}"
    COMPREPLY=()
    case $previous in
        --format) choices='table json nagios' ;;
        --scope) choices='read metrics' ;;
        --role) choices='administrator viewer' ;;
        --listen | --trusted-proxy | --identity-header | --keep-reports | --keep-history | --max-metadata-age | \
            --silent-after | --reports-per-minute | --notify | --notify-after | --name | --uses | --host | --valid)
            return
            ;;
        --store | --tls-cert | --tls-key | --client-ca | --notify-secret | --password-file)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
    esac
    if [[ -n $choices ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        return
    fi
    case $command in
        '') choices='serve token host admin fleet backup restore migrate --version --help' ;;
        token) choices='create list revoke --help' ;;
        host) choices='list revoke remove tag --help' ;;
        admin) choices='create password list --help' ;;
        serve*)
            choices='--store --listen --tls-cert --tls-key --client-ca --trusted-proxy --identity-header --keep-reports
                --keep-history --max-metadata-age --silent-after --notify --notify-secret --notify-after
                --reports-per-minute --help'
            ;;
        'token create'*) choices='enrol read --store --name --uses --host --scope --valid --help' ;;
        'host remove'*) choices='--store --forget --help' ;;
        'admin create'*) choices='--store --password-file --role --help' ;;
        'admin password'*) choices='--store --password-file --help' ;;
        fleet*) choices='--store --format --help' ;;
        backup* | restore*)
            choices='--store --help'
            [[ $word == -* ]] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
            ;;
        'token list'* | 'token revoke'* | 'host list'* | 'host revoke'* | 'host tag'* | 'admin list'* | migrate*)
            choices='--store --help'
            ;;
    esac
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -o filenames -F _patchstate_hub patchstate-hub
