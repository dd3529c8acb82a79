//! The id of the container that a process runs in, as far as the kernel tells it.
//!
//! There is no interface for it. Of the first version of control groups the id is in the name of the group; of the second one it
//! is in the host's path of files such as `/etc/hostname`, which the container's runtime mounts. Other programs look at the same
//! places: <https://opentelemetry.io/docs/specs/semconv/resource/container/>.

use super::machine::Machine;

const ID_LENGTH: usize = 64;

pub(super) fn id(machine: &Machine) -> Option<String> {
    let in_group = || machine.text("proc/self/cgroup").as_deref().and_then(in_group_names);
    let in_mounts = || machine.text("proc/self/mountinfo").as_deref().and_then(in_mounts);
    in_group().or_else(in_mounts)
}

/// The last part of a group's path: `/docker/<id>`, `/kubepods/…/cri-containerd-<id>.scope`.
fn in_group_names(text: &str) -> Option<String> {
    let of_line = |line: &str| {
        let last = line.rsplit_once('/')?.1;
        let unit = last.strip_suffix(".scope").unwrap_or(last);
        let id = unit.rsplit(['-', ':']).next()?;
        is_id(id).then(|| id.to_owned())
    };
    text.lines().find_map(of_line)
}

/// The part after `containers` or `overlay-containers` of a path. After `sandboxes` there is the id of a pod's own container,
/// which is another one.
fn in_mounts(text: &str) -> Option<String> {
    let of_path = |path: &str| {
        let parts: Vec<&str> = path.split('/').collect();
        let is_named =
            |pair: &&[&str]| matches!(pair, ["containers" | "overlay-containers", id] if is_id(id));
        parts.windows(2).find(is_named)?.last().map(ToString::to_string)
    };
    text.split_whitespace().find_map(of_path)
}

fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4f1a0c5d2e3b4f1a0c5d2e3b4f1a0c5d2e3b4f1a0c5d2e3b4f1a0c5d2e3bdead";

    #[test]
    fn the_names_of_groups_hold_the_id_of_every_runtime() {
        for line in [
            "12:cpuset:/docker/ID",
            "1:name=systemd:/kubepods/besteffort/pod12/ID",
            "0::/kubepods.slice/kubepods-pod12.slice/cri-containerd-ID.scope",
            "0::/system.slice/docker-ID.scope",
            "0::/kubepods.slice/kubepods-pod12.slice/crio-ID.scope",
            "0::/kubepods-pod12.slice:cri-containerd:ID/../x/ID",
        ] {
            let text = format!("13:x:/\n{}\n", line.replace("ID", ID));
            assert_eq!(in_group_names(&text).as_deref(), Some(ID), "{line}");
        }
    }

    #[test]
    fn mounts_hold_the_id_where_groups_do_not() {
        for path in [
            "/var/lib/docker/containers/ID/hostname",
            "/var/lib/containers/storage/overlay-containers/ID/userdata/hostname",
        ] {
            let path = path.replace("ID", ID);
            let text = format!("600 590 0:50 / / rw\n611 600 254:1 {path} /etc/hostname rw\n");
            assert_eq!(in_mounts(&text).as_deref(), Some(ID), "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        let short = ID.get(1..).unwrap();
        let sandbox = format!("/run/containerd/io.containerd.grpc.v1.cri/sandboxes/{ID}/hostname");
        for text in ["0::/", "", "/", "0::/user.slice/session-1.scope", &sandbox, short] {
            assert_eq!((in_group_names(text), in_mounts(text)), (None, None), "{text}");
        }
        let upper = format!("0::/docker/{}", ID.to_ascii_uppercase());
        assert_eq!(in_group_names(&upper), None);
    }
}
