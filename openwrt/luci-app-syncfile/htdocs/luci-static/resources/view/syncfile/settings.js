'use strict';
'require view';
'require form';
'require uci';

const GIGABYTE = 1000 * 1000 * 1000;

function checkUrl(_section, value) {
	return !value || /^https?:\/\/[^\/?#\s]+(\/[^?#\s]*)?$/.test(value)
		|| _('It has to begin with http:// or https:// and a host.');
}

function checkNumber(_section, value) {
	return /^[0-9]{1,6}$/.test(value) || _('It has to be a whole number.');
}

/* Certificate and key: both or none. */
function checkOtherFile(name, message) {
	return function(section, value) {
		const other = this.section.formvalue(section, name);

		return (value && !other) || (other && !value) ? message : true;
	};
}

return view.extend({
	render: function() {
		const map = new form.Map('syncfile', _('SyncFile settings'),
			_('What is seldom changed stands in /etc/syncfile/syncfile.conf; what is set here wins over it.'));
		const section = map.section(form.NamedSection, 'main', 'syncfile');
		let option;

		section.tab('general', _('General'));
		section.tab('access', _('Access'));
		section.tab('advanced', _('Advanced'));

		option = section.taboption('general', form.Flag, 'enabled', _('Enabled'), _('Starts as soon as the data disk is there.'));
		option.rmempty = false;

		option = section.taboption('general', form.Value, 'data', _('Data folder'), _('On the disk; the page Data disk sets it.'));
		option.placeholder = '/mnt/syncfile/syncfile';
		option.validate = function(_section, value) {
			return !value || /^\/[^\n]+$/.test(value) || _('It has to be a path that begins with /.');
		};

		option = section.taboption('general', form.Value, 'port', _('Port'));
		option.datatype = 'port';
		option.default = '8000';
		option.rmempty = false;

		option = section.taboption('general', form.Value, 'default_quota', _('Room of a new account'), _('In gigabytes; 0 is no limit.'));
		option.placeholder = '107';
		option.validate = function(id, value) { return !value || checkNumber(id, value); };
		option.cfgvalue = function(id) {
			const bytes = uci.get('syncfile', id, 'default_quota');

			return bytes ? String(Math.round(bytes / GIGABYTE)) : bytes;
		};
		option.write = function(id, value) {
			uci.set('syncfile', id, 'default_quota', String(value * GIGABYTE));
		};

		option = section.taboption('access', form.ListValue, 'registration', _('Who may register'));
		option.value('lan', _('Whoever is in the local network'));
		option.value('closed', _('Nobody: administrators make the accounts'));
		option.value('open', _('Anybody'));
		option.default = 'lan';
		option.rmempty = false;

		option = section.taboption('access', form.Value, 'host', _('Listen on'), _(':: is every address of the router; the firewall decides what is reached from outside.'));
		option.value('::', _('Every address'));
		option.value('127.0.0.1', _('Only the router itself, behind a reverse proxy'));
		option.datatype = 'ipaddr("nomask")';
		option.rmempty = false;

		option = section.taboption('access', form.Value, 'public_url', _('Public address'), _('How clients reach the server from outside, if there is a reverse proxy.'));
		option.placeholder = 'https://cloud.example.org';
		option.validate = checkUrl;

		option = section.taboption('access', form.Value, 'trusted_proxies', _('Trusted proxies'), _('Addresses or networks, separated by commas.'));
		option.placeholder = '127.0.0.1';
		option.validate = function(_section, value) {
			return !value || /^[0-9a-fA-F.:\/]+(\s*,\s*[0-9a-fA-F.:\/]+)*$/.test(value) || _('It has to be addresses or networks, separated by commas.');
		};

		option = section.taboption('access', form.Value, 'tls_cert', _('Certificate'), _('A file with the chain, PEM; with a key it turns on HTTPS.'));
		option.placeholder = '/etc/syncfile/certificate.pem';
		option.datatype = 'file';
		option.validate = checkOtherFile('tls_key', _('Certificate and key are needed together.'));

		option = section.taboption('access', form.Value, 'tls_key', _('Key of the certificate'));
		option.placeholder = '/etc/syncfile/key.pem';
		option.datatype = 'file';
		option.validate = checkOtherFile('tls_cert', _('Certificate and key are needed together.'));

		option = section.taboption('advanced', form.Flag, 'announce', _('Announce in the local network'), _('By mDNS, where umdns is installed.'));
		option.default = '1';

		option = section.taboption('advanced', form.Flag, 'access_log', _('Log each request'));

		option = section.taboption('advanced', form.ListValue, 'log_level', _('Least that is logged'));
		[ '', 'debug', 'info', 'warning', 'error' ].forEach(function(level) {
			option.value(level, level || _('as in the file'));
		});
		option.optional = true;

		option = section.taboption('advanced', form.Flag, 'allow_root', _('Allow the data in the router\'s own flash'), _('It is small and wears out: for machines with a real disk only.'));

		return map.render();
	}
});
