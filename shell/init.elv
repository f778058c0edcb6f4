# Puts gvm-rs's one directory first on PATH, and the directory of installed tools last where it is not on
# it; for elvish. `gvm-rs init elvish` prints the three values behind this.
# It starts no process, may be read any number of times, says nothing, and never sets GOROOT.
{|bin home tools|
  use str
  var others = [(each {|dir| if (not-eq $dir $bin) { put $dir } } $paths)]
  set paths = [$bin $@others]
  if (not-eq $home '') {
    set-env GVM_RS_HOME $home
  }
  if (not-eq $tools '') {
    if (and (has-env GOBIN) (not-eq (get-env GOBIN) '')) {
      set tools = (get-env GOBIN)
    } elif (and (has-env GOPATH) (not-eq (get-env GOPATH) '')) {
      set tools = [(str:split : (get-env GOPATH))][0]/bin
    }
    if (and (str:has-prefix $tools /) (not (str:contains $tools :)) (not (has-value $paths $tools))) {
      set paths = [$@paths $tools]
    }
  }
}
