#!/bin/bash
# A one-node Ceph object gateway (S3) on loopback, in memory, for tests: mon + memstore OSD + radosgw. Debian: radosgw ceph-mon ceph-osd ceph-common
set -euo pipefail
D=${1:?dir}; RGW_PORT=${2:-7480}; MON_PORT=${3:-6789}
umask 077; mkdir -p "$D"/{mon,osd,run,log}; FSID=$(cat /proc/sys/kernel/random/uuid)
cat > "$D/ceph.conf" <<C
[global]
fsid = $FSID
mon initial members = a
mon host = [v2:127.0.0.1:$MON_PORT/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth allow insecure global id reclaim = false
run dir = $D/run
admin socket = $D/run/\$name.asok
pid file = $D/run/\$name.pid
log file = $D/log/\$name.log
keyring = $D/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 500
osd objectstore = memstore
memstore device bytes = 536870912
osd memory target = 939524096
osd class dir = /usr/lib/$(uname -m)-linux-gnu/rados-classes
osd data = $D/osd
mon data = $D/mon
mon cluster log file = $D/log/cluster.log
ms dispatch throttle bytes = 33554432
rgw frontends = beast endpoint=127.0.0.1:$RGW_PORT
rgw enable usage log = false
rgw enable gc threads = true
rgw thread pool size = 32
rgw run sync thread = false
rgw lc debug interval = 10
C
export CEPH_CONF="$D/ceph.conf"
K="$D/keyring"
ceph-authtool --create-keyring "$K" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$K" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool "$K" --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' >/dev/null
ceph-authtool "$K" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
monmaptool --create --addv a "[v2:127.0.0.1:$MON_PORT]" --fsid "$FSID" "$D/monmap" >/dev/null
ceph-mon -c "$D/ceph.conf" -i a --mkfs --monmap "$D/monmap" --keyring "$K"
ceph-mon -c "$D/ceph.conf" -i a
U=$(cat /proc/sys/kernel/random/uuid)
ceph -c "$D/ceph.conf" osd new "$U" 0 >/dev/null
ceph -c "$D/ceph.conf" auth import -i "$K" >/dev/null 2>&1
ceph-osd -c "$D/ceph.conf" -i 0 --mkfs --osd-uuid "$U" >/dev/null 2>&1
ceph-osd -c "$D/ceph.conf" -i 0 >/dev/null 2>&1
radosgw -c "$D/ceph.conf" -n client.rgw
radosgw-admin -c "$D/ceph.conf" user create --uid=audit --display-name=audit --access-key=audit --secret-key=auditsecret >/dev/null 2>>"$D/log/admin.log"
for i in $(seq 300); do curl -fsS -o /dev/null "http://127.0.0.1:$RGW_PORT/" 2>/dev/null && break; sleep 0.1; done
